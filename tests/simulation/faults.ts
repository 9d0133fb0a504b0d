import type { Random } from "./random.ts";

/** Everything that can be made to go wrong, and what only comes of that; all of it is counted. */
export const FAULTS = [
  "crash",
  "pause",
  "suspension",
  "request lost",
  "request delayed",
  "reply lost",
  "transient error",
  "commit unknown, committed",
  "commit unknown, not committed",
  "failover",
  "replication stalled",
  "clock of the database jumped",
  "stale read",
  "error of a change unit",
  "error of a rollback",
  "slow change unit",
  "cancellation",
  "lock released by hand",
  "write of another client",
] as const;

/** The kinds of {@link FAULTS}. */
export type Fault = typeof FAULTS[number];

/** What happens because of faults, or by chance. */
export const EVENTS = [
  "write conflict",
  "append waited for a transaction",
  "append refused",
  "entry not durable yet",
  "write undone by a failover",
  "transaction reaped",
  "transaction evicted",
  "change unit recovered",
  "execution superseded",
  "repair",
  "undo",
  "late operation",
  "late operation on a stopped clock",
] as const;

/** The kinds of {@link EVENTS}. */
export type Happening = typeof EVENTS[number];

/** How often what happened. */
export type Counts = Map<Fault | Happening, number>;

/** Decides which faults strike, and counts. */
export class Faults {
  readonly counts: Counts = new Map();
  /** Nothing strikes any more once this is off. */
  isActive = true;
  readonly random: Random;
  readonly #rates: ReadonlyMap<Fault, number>;

  constructor(random: Random, rates: ReadonlyMap<Fault, number>) {
    this.random = random;
    this.#rates = rates;
  }

  rateOf(fault: Fault): number {
    return this.isActive ? this.#rates.get(fault) ?? 0 : 0;
  }

  /** Whether a fault strikes now; it is counted. */
  strikes(fault: Fault): boolean {
    const rate = this.rateOf(fault);
    if (rate === 0 || !this.random.chance(rate)) return false;
    this.count(fault);
    return true;
  }

  count(what: Fault | Happening): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}
