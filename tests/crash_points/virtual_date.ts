import type { VirtualTime } from "../properties/virtual_time.ts";

/** Makes `Date.now` follow a virtual time until it is disposed of: it is the clock of the database in memory. */
export function virtualDate(time: VirtualTime): Disposable {
  const { now } = Date;
  const startedAt = now();
  Date.now = () => startedAt + time.now();
  return { [Symbol.dispose]: () => void (Date.now = now) };
}
