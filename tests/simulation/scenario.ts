import type { TransactionStrategy } from "../../mod.ts";
import { type Fault, FAULTS } from "./faults.ts";
import type { Random } from "./random.ts";
import type { SimulatedDriverOptions } from "./simulated_driver.ts";

/** `safety`: faults through the whole life. `liveness`: faults end, and then somebody must come to an end. */
export type Mode = "safety" | "liveness";

/** What a process does when it is started. */
export type Program = "migrate" | "undo one" | "undo all" | "repair";

/** A change unit of a life. */
export interface UnitPlan {
  readonly id: string;
  readonly order: string;
  readonly transactional: boolean;
  readonly hasBefore: boolean;
  readonly runAlways: boolean;
  readonly failFast: boolean;
  readonly isIrreversible: boolean;
  /** How many writes it makes; its before step makes one. */
  readonly writes: number;
  /** How long it thinks between its writes. */
  readonly thinkMs: number;
  readonly timeoutMs: number | undefined;
  /** Whether it also writes what others write. */
  readonly shares: boolean;
}

/** Everything that is fixed before a life begins. */
export interface Scenario {
  readonly mode: Mode;
  readonly units: readonly [UnitPlan, ...UnitPlan[]];
  readonly programs: readonly Program[];
  /** How often each process is started at most while there are faults. */
  readonly starts: number;
  readonly strategy: TransactionStrategy;
  readonly unitsPerTransaction: number;
  readonly recordRepeats: boolean;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly retryMs: number;
  readonly lifetimeMs: number;
  readonly longestDelayMs: number;
  readonly eviction: SimulatedDriverOptions["eviction"];
  readonly rates: ReadonlyMap<Fault, number>;
  /** In liveness mode, when the faults end. */
  readonly healMs: number;
}

/** How often a fault strikes at most: of the times it could, or, for the last group, per minute. */
const HIGHEST_RATES: Readonly<Record<Fault, number>> = {
  "crash": 0.03,
  "pause": 0.02,
  "suspension": 0.01,
  "request lost": 0.05,
  "request delayed": 0.05,
  "reply lost": 0.08,
  "transient error": 0.15,
  "stale read": 0.5,
  "error of a change unit": 0.4,
  "error of a rollback": 0.3,
  "slow change unit": 0.2,
  "cancellation": 0.3,
  "commit unknown, committed": 0.2,
  "commit unknown, not committed": 0.2,
  "failover": 2,
  "replication stalled": 2,
  "clock of the database jumped": 2,
  "lock released by hand": 2,
  "write of another client": 60,
};

/** How long a change unit in a transaction thinks at most between its writes, in milliseconds. */
const LONG_INSIDE_MS = 2_500;

/** Draws the circumstances of a life. Each has only some kinds of faults, so that every kind also meets calm lives. */
export function drawScenario(random: Random, mode: Mode): Scenario {
  const leaseMs = random.pick([30_000, 30_000, 5_000]);
  const strategy = random.pick<TransactionStrategy>(["change", "change", "change", "run", "none"]);
  const share = random.pick([0.1, 0.25, 0.5, 0.8]);
  const strength = random.pick([0.3, 1, 1.8]);
  const rates = new Map<Fault, number>();
  for (const fault of FAULTS) {
    if (random.chance(share)) rates.set(fault, HIGHEST_RATES[fault] * strength * random.between(0.2, 1));
  }
  const draw = (index: number) => drawUnit(random, index, strategy, leaseMs);
  const further = random.integer(0, 3);
  const units: Scenario["units"] = [draw(0), ...Array.from({ length: further }, (_, index) => draw(index + 1))];
  const isPlain = random.chance(0.6);
  const programs = Array.from({ length: random.integer(2, 4) }, (_, index): Program => {
    if (index === 0 || isPlain) return "migrate";
    return random.pick(["migrate", "migrate", "undo one", "undo all", "repair"]);
  });
  return {
    mode,
    units,
    programs,
    starts: random.integer(1, 4),
    strategy,
    unitsPerTransaction: 1,
    recordRepeats: random.chance(0.7),
    leaseMs,
    pollMs: leaseMs / 15,
    retryMs: 120_000,
    lifetimeMs: 60_000,
    longestDelayMs: 3 * leaseMs,
    eviction: random.pick(["allowed", "allowed", "allowed", "forbidden", "none"]),
    rates,
    healMs: random.between(0, 4 * leaseMs),
  };
}

function drawUnit(random: Random, index: number, strategy: TransactionStrategy, leaseMs: number): UnitPlan {
  const hasLimit = random.chance(0.1);
  const transactional = strategy === "run" || random.chance(0.55);
  // All of them together must fit into the life of a transaction.
  const longMs = transactional ? LONG_INSIDE_MS : leaseMs / 2;
  return {
    id: `u${index + 1}`,
    order: String(index + 1),
    transactional,
    hasBefore: random.chance(0.25),
    runAlways: random.chance(0.15),
    failFast: random.chance(0.8),
    isIrreversible: random.chance(0.1),
    writes: random.integer(1, 3),
    thinkMs: random.chance(0.5) ? 0 : random.between(1, hasLimit || random.chance(0.8) ? 200 : longMs),
    timeoutMs: hasLimit ? leaseMs : undefined,
    shares: random.chance(0.3),
  };
}
