import type { ChangeMethod } from "../change_unit/change_unit.ts";
import type { Runtime } from "./runtime.ts";

/** How long a method may go on after it was told to stop, in milliseconds. */
const GRACE_MS = 2_000;

/** A method was told to stop and did not: what it has done cannot be known. */
export class UnsettledError extends Error {
  override readonly name = "UnsettledError";
}

/**
 * Calls a method of a change unit and waits until it has ended. When the signal aborts it has a short time to end by itself;
 * its next use of the database throws, so that only one that waits for something else is left behind.
 *
 * @throws {UnsettledError} when it is left behind.
 */
export async function callMethod<Context extends object>(
  method: ChangeMethod<object>,
  context: Context,
  signal: AbortSignal,
  runtime: Runtime,
): Promise<void> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const { promise: leftBehind, reject } = Promise.withResolvers<never>();
  const leaveBehind = async () => {
    await runtime.sleep(GRACE_MS, ended.signal);
    if (!ended.signal.aborted) {
      reject(new UnsettledError(`It did not stop in time: ${messageOf(signal.reason)}`, { cause: signal.reason }));
    }
  };
  signal.addEventListener("abort", leaveBehind, { once: true });
  try {
    await Promise.race([(async () => await method(context))(), leftBehind]);
  } finally {
    // Without a reason an exception is made for each.
    ended.abort("the method has ended");
    signal.removeEventListener("abort", leaveBehind);
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
