import { checkEndings } from "./check_endings.ts";
import { ViolationError } from "./checker.ts";
import type { Counts } from "./faults.ts";
import { isSettled, Life, type LifeOptions, LONGEST_RESTART_MS } from "./life.ts";
import { HangError } from "./scheduler.ts";
import type { Scenario } from "./scenario.ts";
import { Settlement } from "./settlement.ts";

/** What became of a life. */
export interface LifeResult {
  readonly seed: number;
  /** What is wrong, or undefined. */
  readonly violation: string | undefined;
  readonly counts: Counts;
  readonly events: number;
  /** In liveness mode, how long it took after the faults until somebody came to an end, and how long it may take. */
  readonly recovery: { readonly tookMs: number; readonly boundMs: number } | undefined;
  readonly trace: readonly string[];
}

/** Lives one life to its end, and checks it. */
export async function live(options: LifeOptions): Promise<LifeResult> {
  const life = new Life(options);
  let violation: string | undefined;
  let recovery: LifeResult["recovery"];
  try {
    await life.run();
    if (life.scenario.mode === "liveness") recovery = checkRecovery(life);
    life.check();
    await new Settlement(life).reach();
    checkEndings(life.endings, life.store.deeds, life.scenario);
  } catch (error) {
    if (!(error instanceof ViolationError || error instanceof HangError)) throw error;
    violation = error.message;
  }
  const { counts } = life.faults;
  return { seed: options.seed, violation, counts, events: life.scheduler.events, recovery, trace: life.trace.lines };
}

function checkRecovery({ endings, scenario }: Life): LifeResult["recovery"] {
  // Everybody may have come to an end before.
  if (!endings.some(({ at }) => at >= scenario.healMs)) return undefined;
  const first = endings.find((ending) => ending.at >= scenario.healMs && isSettled(ending));
  if (first === undefined) throw new ViolationError("I8: nobody came to an end after the faults");
  const [tookMs, boundMs] = [first.at - scenario.healMs, recoveryBound(scenario)];
  if (tookMs > boundMs) {
    throw new ViolationError(`I8: it took ${Math.round(tookMs)} ms to recover, and ${boundMs} at most`);
  }
  return { tookMs, boundMs };
}

/** What the client may wait for answers that never come, once for each kind of request up to the first entry. */
const TIMEOUTS_MS = 30_000 + 3 * 10_000;
/** How long a request takes when nothing is wrong, with its majority. */
const REQUEST_MS = 20;

/**
 * How long it may take after the faults until somebody has come to an end: whoever is frozen goes on, or is started again; the
 * lease of one who is gone ends, and where the clock of the database has stepped back, it is taken once it has not changed for
 * another lease; what was left unfinished is rolled back another lease later; a transaction of one who is gone is reaped; and
 * the work itself is done. Two polls are between all that, and the requests that were lost before time out.
 */
export function recoveryBound(scenario: Scenario): number {
  const { leaseMs, pollMs, lifetimeMs, longestDelayMs, units } = scenario;
  const goesOn = longestDelayMs + LONGEST_RESTART_MS;
  const getsLock = 2 * leaseMs + 2 * pollMs;
  // What is left is rolled back, and then everything is done once.
  const work = units.map(({ writes, thinkMs }) => 2 * (writes + 5) * (thinkMs + REQUEST_MS));
  return goesOn + getsLock + leaseMs + 1.5 * lifetimeMs + TIMEOUTS_MS + work.reduce((sum, each) => sum + each, 0);
}
