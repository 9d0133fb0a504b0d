import { type ChangeEntry, type Guard, type LeaseReply, type LeaseRequest, type Transaction } from "../../mod.ts";
import { UnknownError } from "./errors.ts";
import type { Fault } from "./faults.ts";
import type { LifeOptions } from "./life.ts";
import { acquired, type LeaseRow } from "./lease_row.ts";
import { type SimulatedContext, SimulatedDriver, type SimulatedDriverOptions } from "./simulated_driver.ts";

type Make = new (options: SimulatedDriverOptions) => SimulatedDriver;

type Wrong = Pick<LifeOptions, "makeDriver" | "adapt">;

/** Puts a driver in, and where it shows only then, more of some faults. */
function withDriver(Driver: Make, more: readonly (readonly [Fault, number])[] = []): Wrong {
  return {
    makeDriver: (options) => new Driver(options),
    adapt: (scenario) => ({ ...scenario, rates: new Map([...scenario.rates, ...more]) }),
  };
}

/** Adds an entry whose position is taken at the next free one. */
class BumpingDriver extends SimulatedDriver {
  override append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const place = this.nextPlace();
    return this.send("append anywhere", 10_000, (store, reply, isAbandoned) => {
      store.append({ ...entry, seq: store.end + 1 }, place, reply, isAbandoned);
    });
  }
}

/** Says that an entry was added although another one stands there. */
class DeafDriver extends SimulatedDriver {
  override async append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    await super.append(entry);
    return "accepted";
  }
}

/** Adds the entry only after the transaction was committed. */
class LateEntryDriver extends SimulatedDriver {
  override async transaction<Result>(
    work: (transaction: Transaction<SimulatedContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    const entries: ChangeEntry[] = [];
    const later = (entry: ChangeEntry) => Promise.resolve(void entries.push(entry));
    const result = await super.transaction((given) => work({ ...given, append: later }), guard);
    for (const entry of entries) await this.append(entry);
    return result;
  }
}

/** Acknowledges entries before a majority has them. */
class HastyDriver extends SimulatedDriver {
  override append(entry: ChangeEntry): Promise<"accepted" | "taken"> {
    const place = this.nextPlace();
    return this.send("append hastily", 10_000, (store, reply, isAbandoned) => {
      const end = store.end;
      let isAnswered = false;
      store.append(entry, place, (outcome) => {
        if (!isAnswered) reply(outcome);
      }, isAbandoned);
      if (store.end === end) return;
      isAnswered = true;
      reply({ value: "accepted" });
    });
  }
}

/** Gives the lease to everybody who asks, and lets everybody keep it. */
class GenerousDriver extends SimulatedDriver {
  #token = 0;

  override acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    const free = (row: LeaseRow) => ({ ...row, owner: null });
    return this.changeLease("take", request, (row, now) => acquired(free(row), request, now)).then((reply) => {
      if (reply.held) this.#token = reply.token;
      return reply;
    });
  }

  override renewLease(lease: Parameters<SimulatedDriver["renewLease"]>[0]): Promise<LeaseReply> {
    const { owner, leaseMs } = lease;
    const mine = { owner, previousOwner: null, hostname: "", token: this.#token, leaseMs };
    return this.changeLease("keep", lease, (_, now) => ({ ...mine, expiresAt: now + leaseMs }));
  }
}

/** Takes a lost connection for a plain error. */
class CertainDriver extends SimulatedDriver {
  override classify(error: unknown): ReturnType<SimulatedDriver["classify"]> {
    return error instanceof UnknownError ? "permanent" : super.classify(error);
  }
}

/** Takes a lost connection for a sign that nothing was done. */
class OptimisticDriver extends SimulatedDriver {
  override classify(error: unknown): ReturnType<SimulatedDriver["classify"]> {
    return error instanceof UnknownError ? "transient" : super.classify(error);
  }
}

/** Does what a change unit does in a transaction outside of it. */
class LeakingDriver extends SimulatedDriver {
  override transaction<Result>(
    work: (transaction: Transaction<SimulatedContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    return super.transaction((given) => work({ ...given, context: this.context(guard) }), guard);
  }
}

/** Claims no position for what leaves no trace. */
class UnfencedDriver extends SimulatedDriver {
  override transaction<Result>(
    work: (transaction: Transaction<SimulatedContext>) => Promise<Result>,
    guard: Guard,
  ): Promise<Result> {
    return super.transaction((given) => work({ ...given, fence: () => Promise.resolve() }), guard);
  }
}

/** What is wrong on purpose, and must be found. */
export const WRONG = {
  "an entry goes to the next free position": withDriver(BumpingDriver),
  "a refusal is not heard": withDriver(DeafDriver),
  "the entry comes after the commit": withDriver(LateEntryDriver),
  "entries are acknowledged before a majority has them": withDriver(HastyDriver, [["replication stalled", 15], [
    "failover",
    15,
  ]]),
  "everybody gets the lease": withDriver(GenerousDriver, [["slow change unit", 0.6]]),
  "a lost connection counts as an error": withDriver(CertainDriver, [["request delayed", 0.2]]),
  "a lost connection counts as nothing done": withDriver(OptimisticDriver, [["request delayed", 0.2]]),
  "change units write outside of their transaction": withDriver(LeakingDriver),
  "what leaves no trace claims no position": withDriver(UnfencedDriver),
} satisfies Readonly<Record<string, Wrong>>;
