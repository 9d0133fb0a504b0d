import {
  type Driver,
  ExecutionError,
  type ExecutionReport,
  LockLostError,
  PlanError,
  type PlanRules,
  Runner,
} from "../../mod.ts";
import { withChecksums } from "../fixtures/with_checksums.ts";
import { type Ending } from "./check_endings.ts";
import { Checker } from "./checker.ts";
import { changeUnitsOf } from "./change_units.ts";
import { Connection } from "./connection.ts";
import { Disasters } from "./disasters.ts";
import { Faults } from "./faults.ts";
import { Random } from "./random.ts";
import { drawScenario, type Mode, type Program, type Scenario } from "./scenario.ts";
import { OUTSIDE, Scheduler } from "./scheduler.ts";
import { type SimulatedContext, SimulatedDriver, type SimulatedDriverOptions } from "./simulated_driver.ts";
import { SimulatedProcess } from "./simulated_process.ts";
import { Store } from "./store.ts";
import { Trace } from "./trace.ts";

/** Makes the driver of a process; wrong ones show that the checker finds something. */
export type MakeDriver = (options: SimulatedDriverOptions) => Driver<SimulatedContext>;

/** What a life needs to know. */
export interface LifeOptions {
  readonly seed: number;
  readonly mode: Mode;
  readonly isTraced?: boolean;
  readonly makeDriver?: MakeDriver;
  /** Changes the circumstances that the seed has drawn. */
  readonly adapt?: (scenario: Scenario) => Scenario;
}

/** The longest that a process stays down, in milliseconds. */
export const LONGEST_RESTART_MS = 5_000;
const MOST_EVENTS = 200_000;
const COMMENT = { by: "ann", reason: "she has looked" };

/** A process that was started. */
export interface Started {
  readonly process: SimulatedProcess;
  readonly connection: Connection;
  readonly runner: Runner<SimulatedContext>;
}

/** Some processes, one database, and everything that can happen to them: all of it out of a seed. */
export class Life {
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly store: Store;
  readonly trace: Trace;
  readonly endings: Ending[] = [];
  readonly random: Random;
  readonly #makeDriver: MakeDriver;
  readonly #processes: SimulatedProcess[] = [];
  #active = 0;
  #isOver = false;

  constructor({ seed, mode, isTraced, makeDriver, adapt }: LifeOptions) {
    this.random = new Random(seed);
    const drawn = drawScenario(this.random.fork(), mode);
    this.scenario = adapt?.(drawn) ?? drawn;
    this.#makeDriver = makeDriver ?? ((options) => new SimulatedDriver(options));
    this.scheduler = new Scheduler(this.random.fork());
    this.faults = new Faults(this.random.fork(), this.scenario.rates);
    this.trace = new Trace({ isOn: isTraced ?? false, now: () => this.scheduler.now });
    this.store = new Store(this.scheduler, this.faults, this.scenario.lifetimeMs);
  }

  /** Whether a clock of a process ever stood still. */
  get hasStoppedClock(): boolean {
    return this.#processes.some(({ suspensions }) => suspensions > 0);
  }

  /** Lets all processes run until they have come to their end, and gives when faults ended. */
  async run(): Promise<void> {
    const { programs, mode, healMs } = this.scenario;
    new Disasters(this).begin(() => this.#isOver || !this.faults.isActive);
    for (const [slot, program] of programs.entries()) {
      this.#active++;
      this.scheduler.schedule(this.random.between(0, 500), () => this.#start(slot, program, 1), OUTSIDE);
    }
    if (mode === "liveness") this.scheduler.schedule(healMs, () => this.#heal());
    await this.finish(() => this.#active === 0);
    this.#isOver = true;
    this.#heal();
  }

  /** Lets things happen until something is so. */
  async finish(isOver: () => boolean): Promise<void> {
    await this.scheduler.runUntil(isOver, { events: MOST_EVENTS });
  }

  /** Compares what has happened so far with what may happen. */
  check(): Checker {
    const checker = new Checker(this.scenario, this.faults, this.hasStoppedClock);
    checker.check(this.store.deeds);
    return checker;
  }

  /** Lets time go by. */
  async pass(milliseconds: number): Promise<void> {
    let isOver = false;
    this.scheduler.schedule(milliseconds, () => isOver = true);
    await this.finish(() => isOver);
  }

  /** Starts a process. */
  open(name: string, outOfOrder: PlanRules["outOfOrder"] = "stop"): Started {
    const { scenario, scheduler, faults, store, trace } = this;
    const process = new SimulatedProcess(name, scheduler, this.random.fork());
    this.#processes.push(process);
    const { longestDelayMs, eviction, strategy, unitsPerTransaction, recordRepeats, retryMs, leaseMs, pollMs } =
      scenario;
    const connection = new Connection({ process, store, scheduler, faults, trace, longestDelayMs });
    const runner = new Runner<SimulatedContext>({
      driver: this.#makeDriver({ process, scheduler, store, connection, faults, eviction }),
      migrations: withChecksums(changeUnitsOf(scenario, process, faults)),
      transactionStrategy: strategy,
      unitsPerTransaction,
      rules: { outOfOrder },
      recordRepeats,
      retryMs,
      lock: { leaseMs, pollMs },
      hostname: name,
      runtime: process,
      listener: ({ type }) => this.#listen(name, type),
    });
    return { process, connection, runner };
  }

  /** Waits for something that a process does, and gives how it ended. */
  async endingOf(name: string, program: string, work: Promise<ExecutionReport>): Promise<Ending> {
    let ending: Ending;
    try {
      const report = await work;
      ending = { process: name, program, at: this.scheduler.now, report, error: undefined };
    } catch (error) {
      const report = error instanceof ExecutionError ? error.report : undefined;
      ending = { process: name, program, at: this.scheduler.now, report, error };
    }
    const { report, error } = ending;
    if (error instanceof LockLostError) this.faults.count("execution superseded");
    if (this.trace.isOn) {
      this.trace.write(name, `${program} ends ${error === undefined ? "well" : `with ${error}`}: ${counts(report)}`);
    }
    this.endings.push(ending);
    return ending;
  }

  #listen(name: string, type: string): void {
    if (type === "change.recovering") this.faults.count("change unit recovered");
    if (this.trace.isOn) this.trace.write(name, `(${type})`);
  }

  #start(slot: number, program: Program, count: number): void {
    const { process, runner } = this.open(`p${slot + 1}.${count}`);
    this.trace.write(process.name, `START to ${program}`);
    const controller = new AbortController();
    if (this.faults.strikes("cancellation")) {
      process.later(this.random.between(0, 2 * this.scenario.leaseMs), () => controller.abort());
    }
    const next = () => this.#restart(slot, program, count);
    process.onCrash = next;
    this.endingOf(process.name, program, this.#carryOut(program, runner, controller.signal)).then((ending) => {
      process.onCrash = undefined;
      if (isSettled(ending) && program === "migrate") this.#active--;
      else next();
    });
  }

  /** A supervisor starts a process again that has died or failed; whoever wanted something by hand migrates then. */
  #restart(slot: number, program: Program, count: number): void {
    const { starts, mode } = this.scenario;
    if (count >= starts && mode === "safety") {
      this.#active--;
      return;
    }
    const wanted = this.random.chance(0.7) ? "migrate" : program;
    const pauseMs = this.random.between(10, LONGEST_RESTART_MS);
    const start = () => this.#start(slot, this.faults.isActive ? wanted : "migrate", count + 1);
    this.scheduler.schedule(pauseMs, start, OUTSIDE);
  }

  #carryOut(program: Program, runner: Runner<SimulatedContext>, signal: AbortSignal): Promise<ExecutionReport> {
    switch (program) {
      case "migrate":
        return runner.migrate({ signal });
      case "undo one":
        this.faults.count("undo");
        return runner.undo({ count: 1, signal });
      case "undo all":
        this.faults.count("undo");
        return runner.undo({ all: true, signal });
      case "repair": {
        this.faults.count("repair");
        const { id } = this.random.pick(this.scenario.units);
        const as = this.random.pick(["executed", "rolled back"] as const);
        return runner.repair({ repairs: [{ id, as }], comment: COMMENT, signal });
      }
    }
  }

  #heal(): void {
    if (!this.faults.isActive) return;
    this.trace.write("", "FAULTS END");
    this.faults.isActive = false;
    this.store.replication.heal();
  }
}

/** It came to an end, if only to one that needs a person. */
export function isSettled({ error }: Ending): boolean {
  return error === undefined || error instanceof PlanError;
}

function counts(report: ExecutionReport | undefined): string {
  if (report === undefined) return "no report";
  const { executed, failed, pending } = report;
  return `${executed.length} executed, ${failed.length} failed, ${pending.length} pending`;
}
