import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { ErrorClass } from "../../src/driver.ts";
import { Backoff, classifyDeeply, retry } from "../../src/run/retry.ts";
import { SteppingRuntime } from "../fixtures/stepping_runtime.ts";

class LostError extends Error {}
class ConflictError extends Error {}

/** Work that fails a number of times, each time with another error. */
function failing(times: number): { work: () => Promise<string>; tries: () => number } {
  let tries = 0;
  const work = () => ++tries <= times ? Promise.reject(new Error(`try ${tries}`)) : Promise.resolve(`try ${tries}`);
  return { work, tries: () => tries };
}

const always = () => true;

Deno.test("retry() does not wait when the first try succeeds", async () => {
  const runtime = new SteppingRuntime();
  assertEquals(await retry(failing(0).work, { runtime, budgetMs: 1_000, isWorthIt: always }), "try 1");
  assertEquals(runtime.sleeps, []);
});

Deno.test("retry() tries until it succeeds, and tells before each further try", async () => {
  const told: number[] = [];
  const options = { runtime: new SteppingRuntime(), budgetMs: 1_000, isWorthIt: always };
  assertEquals(await retry(failing(3).work, { ...options, onRetry: (tries) => told.push(tries) }), "try 4");
  assertEquals(told, [1, 2, 3]);
});

Deno.test("retry() throws an error at once that is not worth another try", async () => {
  const { work, tries } = failing(9);
  const isWorthIt = (error: unknown) => error instanceof Error && error.message !== "try 2";
  await assertRejects(
    () => retry(work, { runtime: new SteppingRuntime(), budgetMs: 1_000, isWorthIt }),
    Error,
    "try 2",
  );
  assertEquals(tries(), 2);
});

Deno.test("retry() throws the last error when the time is up", async () => {
  const runtime = new SteppingRuntime();
  const startedAt = runtime.now();
  const { work, tries } = failing(1_000);
  const error = await assertRejects(() => retry(work, { runtime, budgetMs: 3_000, isWorthIt: always }), Error);
  assertEquals(error.message, `try ${tries()}`);
  const took = runtime.now() - startedAt;
  assert(took >= 3_000 && took <= 3_500, `it took ${took} ms`);
});

Deno.test("retry() tries once when there is no time", async () => {
  const { work, tries } = failing(9);
  await assertRejects(
    () => retry(work, { runtime: new SteppingRuntime(), budgetMs: 0, isWorthIt: always }),
    Error,
    "try 1",
  );
  assertEquals(tries(), 1);
});

Deno.test("retry() ends early when its signal aborts", async () => {
  const controller = new AbortController();
  const runtime = new SteppingRuntime({ onSleep: (count) => count === 2 && controller.abort() });
  const { work, tries } = failing(1_000);
  const options = { runtime, budgetMs: 60_000, isWorthIt: always, signal: controller.signal };
  await assertRejects(() => retry(work, options), Error);
  assert(tries() <= 3, `${tries()} tries`);
  assertEquals(runtime.sleeps.length, 2);
});

Deno.test("Backoff waits longer each time, from 5 ms to 500 ms", async () => {
  const runtime = new SteppingRuntime({ random: 1 });
  const backoff = new Backoff(runtime, 60_000);
  for (let tries = 1; tries <= 2_000; tries++) {
    await backoff.wait();
    assertEquals(backoff.tries, tries);
  }
  assertEquals(runtime.sleeps.slice(0, 3), [5, 7.5, 11.25]);
  assertEquals(runtime.sleeps.toSorted((left, right) => left - right), runtime.sleeps);
  assertEquals(runtime.sleeps.at(-1), 500);
});

Deno.test("Backoff waits between a half and the whole of that, so that two do not stay in step", async () => {
  const sleeps = await Promise.all([0, 0.5, 1].map(async (random) => {
    const runtime = new SteppingRuntime({ random });
    await new Backoff(runtime, 1_000).wait();
    return runtime.sleeps[0];
  }));
  assertEquals(sleeps, [2.5, 3.75, 5]);
});

Deno.test("Backoff.isOver() says when the time is up", async () => {
  const runtime = new SteppingRuntime();
  const backoff = new Backoff(runtime, 100);
  await runtime.sleep(99);
  assertStrictEquals(backoff.isOver(), false);
  await runtime.sleep(1);
  assertStrictEquals(backoff.isOver(), true);
});

/** A client whose lost connections are unknown and whose conflicts are transient. */
function classify(error: unknown): ErrorClass {
  return error instanceof LostError ? "unknown" : error instanceof ConflictError ? "transient" : "permanent";
}

const looped: Error = new Error("looped");
looped.cause = new Error("inner", { cause: looped });

const classes: [what: string, error: unknown, expected: ErrorClass][] = [
  ["an error that the client knows", new ConflictError(), "transient"],
  ["another error that the client knows", new LostError(), "unknown"],
  ["an error that it does not know", new Error("no"), "permanent"],
  ["an error that wraps one", new Error("no", { cause: new ConflictError() }), "transient"],
  ["an error that wraps one deeply", new Error("a", { cause: new Error("b", { cause: new LostError() }) }), "unknown"],
  ["a known error that wraps another", new LostError("a", { cause: new ConflictError() }), "unknown"],
  ["a text", "no", "permanent"],
  ["nothing", undefined, "permanent"],
  ["an error whose cause is no error", new Error("no", { cause: "conflict" }), "permanent"],
  ["an error that is its own cause", looped, "permanent"],
];

for (const [what, error, expected] of classes) {
  Deno.test(`classifyDeeply() finds ${what} ${expected}`, () => {
    assertEquals(classifyDeeply(classify, error), expected);
  });
}
