/**
 * What the properties have found, each in its smallest form.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { DEFAULT_RULES } from "../../src/plan/plan_rules.ts";
import { type Fault, faultKey, type Faults, type Method } from "./plain_database.ts";
import type { PlainFile, Settings, Text } from "./plain_world.ts";
import { RealWorld } from "./real_world.ts";

const SETTINGS: Settings = {
  rules: { ...DEFAULT_RULES, edited: "warn", missing: "warn" },
  strategy: "change",
  supported: true,
  recordRepeats: true,
};
const COMMENT = { by: "ann", reason: "she has looked" };

function file(order: string, id: string, said: Partial<Text> = {}): PlainFile {
  const text: Text = {
    ...{ id, version: 0, author: "ann", transactional: true, failFast: true, again: "never", outOfOrder: false },
    ...{ reversible: true, hasBefore: false, profiles: [], systemVersion: "0" },
    ...said,
  };
  return { order, text };
}

function failing(method: Method, id: string, fault: Fault = "error"): Faults {
  return new Map([[faultKey(id, method), fault]]);
}

/** A database, and what people do with it. */
class Story {
  readonly #world = new RealWorld();

  get data(): string[] {
    return [...this.#world.store.data.keys()];
  }

  async migrate(files: readonly PlainFile[], faults: Faults = new Map()): Promise<string[]> {
    const ending = this.#world.run({ files, settings: SETTINGS, faults }, (runner) => runner.migrate());
    return (await RealWorld.endingOf(ending))?.report.executed.map(({ id, author }) => `${id} by ${author}`) ?? [];
  }

  async undo(files: readonly PlainFile[], to?: string): Promise<string[] | null> {
    const target = to === undefined ? { all: true } as const : { to };
    const ending = this.#world.run({ files, settings: SETTINGS }, (runner) => runner.undo(target));
    return (await RealWorld.endingOf(ending))?.report.executed.map(({ id }) => id) ?? null;
  }

  async accept(files: readonly PlainFile[], id: string): Promise<boolean> {
    const repairs = [{ id, author: "ann", as: "accepted" }] as const;
    const ending = this.#world.run(
      { files, settings: SETTINGS },
      (runner) => runner.repair({ repairs, comment: COMMENT }),
    );
    return await RealWorld.endingOf(ending) !== null;
  }
}

Deno.test("A repair does not take the file of another author for the one that was executed", async () => {
  const story = new Story();
  await story.migrate([file("1", "a")]);
  const others = [file("2", "a", { author: "bob", version: 1 })];
  await story.accept(others, "a");
  assertEquals(await story.migrate(others), ["a by bob"]);
});

Deno.test("An edit that is accepted and says runAlways runs always", async () => {
  const story = new Story();
  await story.migrate([file("1", "a")]);
  const edited = [file("1", "a", { version: 1, again: "always" })];
  assertEquals(await story.accept(edited, "a"), true);
  assertEquals(await story.migrate(edited), ["a by ann"]);
});

for (const transactional of [true, false]) {
  const how = transactional ? "with" : "without";
  Deno.test(`What runs always ${how} a transaction keeps its place in the order of an undo`, async () => {
    const story = new Story();
    const files = [file("1", "a", { again: "always", transactional }), file("2", "b")];
    await story.migrate(files);
    await story.migrate(files);
    assertEquals(await story.undo(files, "b"), ["b"]);
  });
}

Deno.test("What was executed and has failed since is undone as well", async () => {
  const story = new Story();
  const files = [file("1", "a", { again: "always" })];
  await story.migrate(files);
  await story.migrate(files, failing("execution", "a"));
  assertEquals(story.data, ["a by ann"], "what the first run did stands");
  assertEquals(await story.undo(files), ["a"]);
  assertEquals(story.data, []);
});

Deno.test("An undo that would leave a before step behind is refused", async () => {
  const story = new Story();
  await story.migrate([file("1", "a", { hasBefore: true, again: "on change" })]);
  const edited = [file("1", "a", { version: 1, again: "on change" })];
  await story.migrate(edited);
  assertEquals(await story.undo(edited), null);
});
