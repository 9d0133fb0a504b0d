/**
 * What nobody may be told of a database with SQL: the password of its URL, and what stands in its rows.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { WorkFolder } from "../cli/denock.ts";
import { assertNoneOf, denock } from "./command_line.ts";

/** The password of the URL. */
export const PASSWORD = "canary/p@ss:wörd";
/** A password that is wrong. */
export const WRONG = "canary-wrong";
/** What stands in the rows of other people. */
export const CONTENTS = "canary-contents";

/** A database with the table `users (email, n)`, in which {@link CONTENTS} is an `email`, which is unique. */
export interface SecretDatabase {
  /** The URL of a user who may do anything there. */
  readonly url: string;
  /** URLs that lead nowhere, with {@link WRONG} as their password. */
  readonly wrong: readonly string[];
  /** Statements that fail, and whose errors may quote contents. */
  readonly failing: readonly string[];
  /** All that is stored in a table of Denock. */
  stored(table: "denock_history" | "denock_lease"): Promise<string>;
}

const because = ["--reason", `the password was ${PASSWORD}`, "--by", "ann", "--yes"];

/** Every command, some of which fail. */
const COMMANDS: readonly (readonly string[])[] = [
  ["plan"],
  ["migrate"],
  ["migrate"],
  ["list"],
  ["list", "--view", "database"],
  ["history"],
  ["validate"],
  ["repair", "--rolled-back", "cannot_roll_back", ...because],
  ["plan", "--undo", "--all"],
  ["undo", "--all", "--yes"],
  ["baseline", "--to", "throws", ...because],
  ["lock", "status"],
  ["lock", "release", "--force"],
  ["create", "something"],
];

/** Change units that tell all they know, or fail in a way that makes the database tell. */
function tellingUnits({ url, failing }: SecretDatabase): Record<string, string> {
  const told = `const told = ${JSON.stringify(`${url} and ${PASSWORD}`)};\n`;
  const fails = "export const failFast = false; export const transactional = true;\n";
  const units: Readonly<Record<string, string>> = {
    logs: `${told}
    export function execution({ log }: any) { log(told); console.log(told, { told }); console.error(new Error(told)); }
    export function rollbackExecution() { throw new Error(told); }`,
    throws: `${told}${fails}
    export function execution() { throw new TypeError(told, { cause: new Error(told) }); }
    export const irreversible = "it does nothing";`,
    ...Object.fromEntries(failing.map((statement, index) => [
      `fails_${index}`,
      `${fails}
      export const irreversible = "it fails";
      export async function execution({ db }: any) { await (db.unsafe ?? db.query)(${JSON.stringify(statement)}); }`,
    ])),
    cannot_roll_back: `${told}
    export const transactional = false;
    export function execution() { throw new Error("first\\n" + told); }
    export function rollbackExecution() { throw new Error(told); }`,
  };
  const entries = Object.entries(units);
  return Object.fromEntries(entries.map(([id, text], index) => [`migrations/${index + 1}_${id}.ts`, text]));
}

/** No command tells a secret, and none stores one, whether it prints texts or JSON. */
export async function assertTellsNothing(database: SecretDatabase, format: "text" | "json"): Promise<void> {
  await using folder = await WorkFolder.make(tellingUnits(database));
  const options = [...(format === "json" ? ["--json"] : []), "--migrations", `${folder.path}/migrations`];
  const secrets = [PASSWORD, CONTENTS];
  const codes: number[] = [];
  for (const words of COMMANDS) {
    const { code, stdout, stderr } = await denock([...words, ...options, "--database", database.url]);
    assertNoneOf(secrets, { [`${words[0]}, stdout`]: stdout, [`${words[0]}, stderr`]: stderr });
    codes.push(code);
  }
  assertEquals(codes.slice(0, 2), [0, 1], "the change units were run");
  for (const table of ["denock_history", "denock_lease"] as const) {
    const stored = await database.stored(table);
    assertNoneOf(secrets, { [table]: stored });
    if (table === "denock_lease") continue;
    for (const [index, statement] of database.failing.entries()) {
      assert(stored.includes(`fails_${index}`), `it has failed: ${statement}`);
    }
  }
  for (const url of database.wrong) {
    for (const words of COMMANDS.filter(([name]) => name !== "create")) {
      const { code, stdout, stderr } = await denock([...words, ...options, "--database", url]);
      assertNoneOf([WRONG], { stdout, stderr });
      assert([2, 5].includes(code), `${words[0]} ${stdout}${stderr}`);
    }
  }
}
