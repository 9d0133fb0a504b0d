import { type ExecutionReport, MigrationError, Runner } from "../../mod.ts";
import type { ChangeEntry } from "../../src/history/change_entry.ts";
import { withChecksums } from "../fixtures/with_checksums.ts";
import { VirtualTime } from "../properties/virtual_time.ts";
import type { Fault } from "./faults.ts";
import type { Counters, Ground } from "./ground.ts";
import { ObservedDriver } from "./observed_driver.ts";
import { BACKGROUND_MS, LEASE_MS, Process } from "./process.ts";
import type { Operation, Scenario } from "./scenario.ts";
import { type Journal, unitsOf } from "./units.ts";

/** Long enough for one more attempt at a slow change unit. In virtual milliseconds. */
const RETRY_MS = 30_000;
/** A life is a matter of milliseconds; this is for one that never ends. In real milliseconds. */
const LONGEST_LIFE_MS = 60_000;
const COMMENT = { by: "ann", reason: "she has looked" } as const;

/** How a process ended: it came to its end, with or without an error, or it was gone before. */
export interface Ending {
  readonly process: Process;
  readonly report: ExecutionReport | null;
  readonly error: MigrationError | null;
}

/** A process under way. */
export interface Started {
  readonly process: Process;
  readonly ended: Promise<Ending>;
}

/** What stands in a database. */
export interface Standing {
  readonly entries: readonly ChangeEntry[];
  readonly counters: Counters;
}

/** One database, its time, and everything that the processes of one case have done in it. */
export class World {
  readonly ground: Ground;
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  journal: Journal = [];

  constructor(ground: Ground, scenario: Scenario, time = newTime()) {
    this.ground = ground;
    this.scenario = scenario;
    this.time = time;
  }

  /** Starts a process. Nothing of it happens before the time passes. */
  start(operation: Operation, plan: { readonly fault?: Fault | null; readonly stopAt?: number } = {}): Started {
    const { ground, journal, scenario } = this;
    const connection = ground.connect();
    const process = new Process(this.time, plan);
    const runner = new Runner<object>({
      driver: new ObservedDriver(connection.driver, process),
      migrations: withChecksums(unitsOf(scenario.units, { ground, process, journal })),
      transactionStrategy: scenario.strategy ?? "change",
      recordRepeats: scenario.recordRepeats ?? true,
      lock: { leaseMs: LEASE_MS, pollMs: LEASE_MS, waitMs: 4 * LEASE_MS },
      retryMs: RETRY_MS,
      runtime: process.runtime,
    });
    const ended = Promise.race([
      this.#perform(runner, operation).then(
        (report): Ending => ({ process, report, error: null }),
        (error): Ending => {
          if (!(error instanceof MigrationError)) throw error;
          return { process, report: "report" in error ? error.report as ExecutionReport : null, error };
        },
      ),
      process.gone.then((): Ending => ({ process, report: null, error: null })),
    ]).finally(() => connection.cut());
    return { process, ended };
  }

  /** Lets a process live to its end. */
  async live(operation: Operation, fault: Fault | null = null): Promise<Ending> {
    return await this.pass(this.start(operation, { fault }).ended);
  }

  /** Lets the time pass until something is done, and does not wait for ever. */
  async pass<Result>(work: Promise<Result>): Promise<Result> {
    const { promise: tooLong, reject } = Promise.withResolvers<never>();
    const limit = setTimeout(
      () => reject(new Error(`A life takes longer than ${LONGEST_LIFE_MS} ms`)),
      LONGEST_LIFE_MS,
    );
    try {
      return await this.time.pass(Promise.race([work, tooLong]));
    } finally {
      clearTimeout(limit);
    }
  }

  /** Everything that helps to see what went wrong. */
  async tell(what: string): Promise<string> {
    const entries = await this.#tellEntries();
    const counters = [...await this.ground.counters()].map(([key, value]) => `${key}=${value}`);
    const deeds = this.journal.map(({ unit, method, point }) => `${unit} ${method} ${point}`);
    return [what, entries, counters.join(", "), deeds.join(", ")].join("\n");
  }

  async #tellEntries(): Promise<string> {
    const entries = await this.ground.outside.readHistory();
    const tell = ({ executionId, type, changeId, state }: ChangeEntry) =>
      `${executionId} ${type} ${changeId ?? ""} ${state}`;
    return entries.map(tell).join("\n");
  }

  /** Looks at everything from outside; a history that cannot be is an error here. */
  async look(): Promise<Standing> {
    const entries = await new Runner<object>({ driver: this.ground.outside, migrations: [] }).history();
    return { entries, counters: new Map(await this.ground.counters()) };
  }

  /** Somebody records what became of a change unit. */
  async repair(id: string, as: "executed" | "rolled back"): Promise<void> {
    const process = new Process(this.time);
    const { ground, journal, scenario } = this;
    const migrations = withChecksums(unitsOf(scenario.units, { ground, process, journal }));
    const lock = { leaseMs: LEASE_MS };
    const runner = new Runner<object>({ driver: ground.outside, migrations, lock, runtime: process.runtime });
    await this.pass(runner.repair({ repairs: [{ id, as }], comment: COMMENT }));
  }

  async #perform(runner: Runner<object>, operation: Operation): Promise<ExecutionReport> {
    const last = this.scenario.units.at(-1)?.id ?? "";
    switch (operation) {
      case "migrate":
        return await runner.migrate();
      case "undo":
        return await runner.undo({ all: true });
      case "repair":
        return await runner.repair({ repairs: [{ id: last, as: "executed" }], comment: COMMENT });
      case "baseline":
        return await runner.baseline({ to: last, comment: COMMENT });
    }
  }
}

/** The time of a world. */
export function newTime(): VirtualTime {
  return new VirtualTime({ asideMs: BACKGROUND_MS });
}

/** Brings a database into the situation in which a scenario begins; the function returned brings it there again. */
export async function prepareWorld(world: World): Promise<() => Promise<void>> {
  const { scenario: { before, byHand = {}, units }, ground } = world;
  if (before === "migrated") await world.live("migrate");
  if (before === "interrupted") {
    const key = units[0]?.hasBefore ? "before of a.before" : "execution of a.1";
    const { process } = await rehearse(world, () => world.live("migrate"));
    const at = process.calls.indexOf(`use: ${key}`) + 1;
    await world.live("migrate", { kind: "crash, reply lost", at, lasts: "once" });
  }
  for (const [key, value] of Object.entries(byHand)) await ground.put(key, value);
  const restore = await ground.save();
  const journal = [...world.journal];
  return async () => {
    await restore();
    world.journal = [...journal];
  };
}

/** Does something and then takes it back. */
export async function rehearse<Result>(world: World, work: () => Promise<Result>): Promise<Result> {
  const restore = await world.ground.save();
  const journal = [...world.journal];
  const result = await work();
  await restore();
  world.journal = journal;
  return result;
}
