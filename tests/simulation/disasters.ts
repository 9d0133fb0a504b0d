import { SHARED_KEY } from "./change_units.ts";
import { byHand } from "./deeds.ts";
import type { Fault } from "./faults.ts";
import type { Life } from "./life.ts";
import { OUTSIDE } from "./scheduler.ts";

const MINUTE_MS = 60_000;
/** For how long the members of a replica set vote at most. */
const LONGEST_ELECTION_MS = 12_000;

/** What happens to the database, or by the hands of people, now and then. */
export class Disasters {
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
  }

  /** Lets them happen at their rates until it is over. */
  begin(isOver: () => boolean): void {
    const strike: Partial<Record<Fault, () => void>> = {
      "failover": () => this.#failOver(),
      "replication stalled": () => this.#stall(),
      "clock of the database jumped": () => this.#life.store.clockOffset = this.#drawOffset(),
      "lock released by hand": () => this.#releaseLock(),
      "write of another client": () => this.#writeShared(),
    };
    for (const [fault, happen] of Object.entries(strike)) this.#repeat(fault as Fault, happen, isOver);
  }

  #repeat(fault: Fault, happen: () => void, isOver: () => boolean): void {
    const { faults, scheduler, trace } = this.#life;
    const rate = faults.rateOf(fault);
    if (rate === 0) return;
    const afterMs = faults.random.between(0, 2 * MINUTE_MS / rate);
    scheduler.schedule(afterMs, () => {
      if (isOver()) return;
      faults.count(fault);
      trace.write("database", fault.toUpperCase());
      happen();
      this.#repeat(fault, happen, isOver);
    }, OUTSIDE);
  }

  #failOver(): void {
    const { store, faults } = this.#life;
    store.failOver(faults.random.between(50, LONGEST_ELECTION_MS), this.#drawOffset());
  }

  /** A primary that reaches nobody is replaced, or reaches the others again. */
  #stall(): void {
    const { store, faults, scheduler } = this.#life;
    store.replication.stall();
    scheduler.schedule(faults.random.between(10, LONGEST_ELECTION_MS), () => {
      if (faults.random.chance(0.6)) return store.replication.heal();
      faults.count("failover");
      this.#failOver();
    });
  }

  #drawOffset(): number {
    const { faults: { random }, scenario: { leaseMs } } = this.#life;
    return random.between(-2 * leaseMs, 2 * leaseMs);
  }

  /** Somebody is tired of waiting. */
  #releaseLock(): void {
    const { runner } = this.#life.open("ann");
    // A person who does not get through tries no more.
    runner.releaseLock({ force: true }).catch(() => {});
  }

  #writeShared(): void {
    this.#life.store.write(byHand(SHARED_KEY, "add", "another client"), () => {}, () => false);
  }
}
