import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { callMethod, UnsettledError } from "../../src/run/call_method.ts";
import { webRuntime } from "../../src/run/runtime.ts";

const context = { db: "database" };

/** A promise whose outcome can be looked at. */
function watch(promise: Promise<void>): { outcome: () => unknown } {
  let outcome: unknown = "under way";
  promise.then(() => outcome = "ended", (error: unknown) => outcome = error);
  return { outcome: () => outcome };
}

Deno.test("callMethod() gives the method its context and waits until it has ended", async () => {
  const calls: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const method = async (given: object) => {
    calls.push(given);
    await promise;
    calls.push("ended");
  };
  const called = callMethod(method, context, new AbortController().signal, webRuntime);
  assertEquals(calls, [context]);
  resolve();
  await called;
  assertEquals(calls, [context, "ended"]);
  assertStrictEquals(calls[0], context);
});

const thrown = new RangeError("no");
const failures: [what: string, method: () => unknown][] = [
  ["throws", () => {
    throw thrown;
  }],
  ["rejects", () => Promise.reject(thrown)],
  ["gives a thenable that rejects", () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(thrown) })],
];

for (const [what, method] of failures) {
  Deno.test(`callMethod() passes on what a method ${what}`, async () => {
    const error = await assertRejects(() => callMethod(method, context, new AbortController().signal, webRuntime));
    assertStrictEquals(error, thrown);
  });
}

Deno.test("callMethod() does not call a method when the signal has aborted before", async () => {
  let calls = 0;
  const signal = AbortSignal.abort(thrown);
  assertStrictEquals(await assertRejects(() => callMethod(() => calls++, context, signal, webRuntime)), thrown);
  assertEquals(calls, 0);
});

Deno.test("callMethod() lets a method end by itself after the signal has aborted, well or not", async () => {
  using time = new FakeTime();
  for (const expected of ["ended", thrown]) {
    const controller = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watched = watch(callMethod(() => promise, context, controller.signal, webRuntime));
    controller.abort(new Error("cancelled"));
    await time.tickAsync(1_999);
    assertEquals(watched.outcome(), "under way");
    if (expected === "ended") resolve();
    else reject(thrown);
    await time.runMicrotasks();
    assertStrictEquals(watched.outcome(), expected);
  }
  assertEquals(time.next(), false, "no timer is left");
});

Deno.test("callMethod() leaves a method behind that does not end within two seconds of the abort", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const reason = new Error("cancelled");
  const { promise, reject } = Promise.withResolvers<void>();
  const watched = watch(callMethod(() => promise, context, controller.signal, webRuntime));
  await time.tickAsync(60_000);
  assertEquals(watched.outcome(), "under way");
  controller.abort(reason);
  await time.tickAsync(1_999);
  assertEquals(watched.outcome(), "under way");
  await time.tickAsync(1);
  await time.runMicrotasks();
  const error = watched.outcome();
  assertEquals(error instanceof UnsettledError && error.cause === reason, true, String(error));
  // What it throws later has nobody to go to, and must not end the process.
  reject(thrown);
  await time.runMicrotasks();
});

Deno.test("callMethod() leaves neither a timer nor a listener behind", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  await callMethod(() => {}, context, controller.signal, webRuntime);
  controller.abort();
  await time.runMicrotasks();
  assertEquals(time.next(), false);
});

Deno.test("callMethod() says why a method was to stop, also where the reason is no error", async () => {
  using time = new FakeTime();
  const controller = new AbortController();
  const called = callMethod(() => Promise.withResolvers<void>().promise, context, controller.signal, webRuntime);
  const rejected = assertRejects(() => called, UnsettledError, "It did not stop in time: the office is closed");
  controller.abort("the office is closed");
  await time.tickAsync(2_000);
  await rejected;
});
