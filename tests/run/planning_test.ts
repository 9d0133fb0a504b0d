import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type ChangeSource,
  type ListedChange,
  MemoryDriver,
  Runner,
  type RunnerEvent,
  SourceError,
} from "../../mod.ts";
import { EMPTY_HISTORY } from "../../src/history/history.ts";
import { DEFAULT_RULES } from "../../src/plan/plan_rules.ts";
import { Planning } from "../../src/run/planning.ts";
import { entriesOf, onlyProblem, unitOf } from "../fixtures/planned.ts";
import { historyOf } from "../fixtures/log.ts";
import { file } from "../fixtures/planned.ts";

const files = [file("1_a.ts"), file("2_b.ts")];

/** Plans with a source that reads files in its own way. */
function planningOf(load: ChangeSource["load"], listener?: (event: RunnerEvent) => void): Planning {
  const source = { name: "the list", list: () => Promise.resolve({ changes: files, problems: [] }), load };
  const driver = new MemoryDriver();
  const options = {
    source,
    driver,
    rules: DEFAULT_RULES,
    defaultAuthor: "ann",
    transactionStrategy: "change",
  } as const;
  return new Planning({ ...options, listener });
}

Deno.test("Planning finds what a source has listed and then not loaded", async () => {
  await using planning = planningOf((changes) =>
    Promise.resolve(changes.slice(1).map(() => ({ unit: unitOf(files[0]!) })))
  );
  const problem = onlyProblem(await planning.plan(EMPTY_HISTORY));
  assertEquals([problem.code, problem.files], ["CHANGE_UNIT_INVALID", ["2_b.ts"]]);
  assertStringIncludes(problem.message, "It was not loaded");
});

Deno.test("Planning tells once that a form is deprecated, however often it loads", async () => {
  const events: RunnerEvent[] = [];
  const shared = (listed: ListedChange) => {
    const { order, id } = listed;
    const unit = unitOf({ ...file(listed.file ?? ""), order: `${order}.1`, id: `${id} of ${order}` });
    return { units: [unit] };
  };
  await using planning = planningOf((changes) => Promise.resolve(changes.map(shared)), (event) => events.push(event));
  await planning.planRepair(await historyOf(...entriesOf("1_a.ts", "STARTED")), [{ id: "a", as: "executed" }]);
  const { steps } = await planning.plan(EMPTY_HISTORY);
  assertEquals(steps.map(({ unit }) => unit.order), ["1.1", "2.1"]);
  assertEquals(events.map((event) => event.type === "deprecated" && event.files), [["1_a.ts"]]);
});

Deno.test("For a plan the source is listed while the history is being read, and what it throws the plan throws", async () => {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const source: ChangeSource = {
    name: "the list",
    async list() {
      order.push("listing");
      await promise;
      throw new SourceError("the list is gone");
    },
    load: () => Promise.resolve([]),
  };
  const driver = new class extends MemoryDriver {
    override readHistory: MemoryDriver["readHistory"] = (options) => {
      order.push("reading");
      resolve();
      return super.readHistory(options);
    };
  }();
  const runner = new Runner({ driver, migrations: source });
  await assertRejects(() => runner.plan(), SourceError, "the list is gone");
  assertEquals(order, ["listing", "reading"]);
  await assertRejects(() => runner.migrate(), SourceError, "the list is gone");
  assertEquals(order, ["listing", "reading", "listing"], "what a migration reads depends on what is there");
});
