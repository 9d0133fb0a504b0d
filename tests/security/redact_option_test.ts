import { assert, assertEquals } from "@std/assert";
import { MemoryDriver, Runner } from "../../mod.ts";
import { assertNoneOf } from "./command_line.ts";

const SECRET = "canary-password";

Deno.test("Runner keeps what its option `redact` takes out of errors and comments out of the history", async () => {
  const driver = new MemoryDriver();
  const fail = () => {
    throw new Error(`the password ${SECRET} is wrong`);
  };
  const runner = new Runner({
    driver,
    redact: (text) => text.replaceAll(SECRET, "***"),
    migrations: [
      { id: "in_a_transaction", order: "1", failFast: false, execution: fail, irreversible: "it fails" },
      { id: "without", order: "2", failFast: false, transactional: false, execution: fail, rollbackExecution: fail },
      { id: "undone", order: "0", execution: () => {}, rollbackExecution: fail },
    ],
  });
  await runner.migrate().catch(() => {});
  const comment = { by: SECRET, reason: `since ${SECRET} is known` };
  await runner.repair({ repairs: [{ id: "without", as: "rolled back" }], comment });
  await runner.undo({ to: "undone" }).catch(() => {});

  const entries = await runner.history();
  assertNoneOf([SECRET], { history: JSON.stringify(entries) });
  const messages = new Set(entries.flatMap(({ error }) => error === null ? [] : [error.message]));
  assert([...messages].every((message) => message.includes("the password *** is wrong")), [...messages].join("\n"));
  assertEquals(new Set(entries.filter(({ error }) => error !== null).map(({ changeId }) => changeId)).size, 3);
  assertEquals(entries.findLast((entry) => entry.comment !== null)?.comment, {
    by: "***",
    reason: "since *** is known",
  });
});
