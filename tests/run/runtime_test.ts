import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { webRuntime } from "../../src/run/runtime.ts";

/** Whether a promise has settled, looked at when nothing else is left to do. */
async function hasEnded(time: FakeTime, promise: Promise<void>): Promise<boolean> {
  let ended = false;
  promise.then(() => ended = true);
  await time.runMicrotasks();
  return ended;
}

Deno.test("webRuntime.sleep() waits, and leaves no timer behind when it is ended early", async () => {
  using time = new FakeTime();
  const whole = webRuntime.sleep(100);
  await time.tickAsync(99);
  assert(!await hasEnded(time, whole));
  await time.tickAsync(1);
  assert(await hasEnded(time, whole));
  const controller = new AbortController();
  const cut = webRuntime.sleep(100, controller.signal);
  controller.abort();
  assert(await hasEnded(time, cut));
  assertEquals(time.next(), false, "no timer is left");
});

Deno.test("webRuntime.sleep() does not wait when its signal has aborted before", async () => {
  using time = new FakeTime();
  assert(await hasEnded(time, webRuntime.sleep(100, AbortSignal.abort())));
  assertEquals(time.next(), false, "no timer is left");
});

Deno.test("webRuntime.random() gives a number from 0 to below 1, and uuid() another id each time", () => {
  const numbers = Array.from({ length: 100 }, () => webRuntime.random());
  assert(numbers.every((number) => number >= 0 && number < 1));
  assertEquals(new Set(Array.from({ length: 100 }, () => webRuntime.uuid())).size, 100);
});
