import { PlanError, type RepairRequest } from "../../mod.ts";
import type { Ending } from "./check_endings.ts";
import { keysOf } from "./change_units.ts";
import { Checker, PERSON, ViolationError } from "./checker.ts";
import { byHand } from "./deeds.ts";
import type { Life, Started } from "./life.ts";

/** Each repair settles one change unit or more. */
const MOST_REPAIRS = 8;
/** What the processes are called that are started in the end. */
const NAME = "end.";
const COMMENT = { by: "ann", reason: "she has looked at the data" };

/** After the faults: a person repairs what is left open, everything is executed, and everything can be undone. */
export class Settlement {
  readonly #life: Life;
  #count = 0;

  constructor(life: Life) {
    this.#life = life;
  }

  /** @throws {ViolationError} when something is not as it must be in the end. */
  async reach(): Promise<void> {
    const { scenario, store } = this.#life;
    // By then everything that was on its way has arrived, and nothing is open.
    await this.#life.pass(scenario.longestDelayMs + 1.5 * scenario.lifetimeMs);
    await this.#migrate();
    const checker = this.#check();
    for (const { id } of scenario.units) {
      if (checker.stateOf(id, "EXECUTION") !== "EXECUTED") {
        throw new ViolationError(`I8: ${id} is not executed in the end`);
      }
    }
    await this.#migrateAgain();
    await this.#undoAll();
    if (store.lease.owner?.startsWith(NAME)) throw new ViolationError("the lock is not released in the end");
  }

  /** Whoever looks at the data knows what became of what is open. */
  async #migrate(): Promise<void> {
    for (let repairs = 0; repairs < MOST_REPAIRS; repairs++) {
      const { error, report } = await this.#do("migrate", ({ runner }) => runner.migrate());
      if (error === undefined) {
        if (report !== undefined && report.failed.length > 0) {
          throw new ViolationError("I8: something fails without a fault");
        }
        return;
      }
      if (!(error instanceof PlanError)) throw new ViolationError(`I8: it fails without a fault: ${error}`);
      const requests = this.#requestRepairs();
      const { error: refusal } = await this.#do(
        "repair",
        ({ runner }) => runner.repair({ repairs: requests, comment: COMMENT }),
      );
      if (refusal !== undefined) throw new ViolationError(`I8: a repair is refused: ${refusal}; ${error}`);
    }
    throw new ViolationError("I8: there is always something to repair");
  }

  #requestRepairs(): RepairRequest[] {
    const checker = this.#check();
    return this.#life.scenario.units.flatMap((unit): RepairRequest[] => {
      const open = (["EXECUTION", "BEFORE_EXECUTION"] as const).filter((step) =>
        ["STARTED", "ROLLBACK_FAILED"].includes(checker.stateOf(unit.id, step) ?? "")
      );
      if (open.length === 0) return [];
      const isThere = open.every((step) => keysOf(unit, step).every((key) => checker.valueOf(key) > 0));
      if (isThere) return [{ id: unit.id, as: "executed" }];
      for (const key of [...keysOf(unit, "EXECUTION"), ...keysOf(unit, "BEFORE_EXECUTION")]) this.#remove(key);
      return [{ id: unit.id, as: "rolled back" }];
    });
  }

  #remove(key: string): void {
    this.#life.store.write(byHand(key, "remove", PERSON), () => {}, () => false);
  }

  /** Nothing to do is one request, and nothing that is written. */
  async #migrateAgain(): Promise<void> {
    const { scenario, store } = this.#life;
    const before = store.deeds.length;
    let requests: readonly string[] = [];
    const { error, report } = await this.#do("migrate", (started) => {
      requests = started.connection.sent;
      return started.runner.migrate();
    });
    if (error !== undefined) throw new ViolationError(`I9: it fails with nothing to do: ${error}`);
    const repeats = scenario.units.some(({ runAlways }) => runAlways);
    if (repeats) return;
    if (report?.executed.length !== 0 || requests.join() !== "read" || store.deeds.length !== before) {
      throw new ViolationError(`G6: nothing is to be done, and it sends ${requests.join()}`);
    }
  }

  async #undoAll(): Promise<void> {
    const { scenario, store } = this.#life;
    const before = store.deeds.length;
    const { error } = await this.#do("undo all", ({ runner }) => runner.undo({ all: true }));
    if (scenario.units.some(({ isIrreversible }) => isIrreversible)) {
      if (error instanceof PlanError && store.deeds.length === before) return;
      throw new ViolationError(`I7: what is irreversible is not refused: ${error}`);
    }
    if (error !== undefined) throw new ViolationError(`I7: an undo of everything fails: ${error}`);
    const checker = this.#check();
    for (const unit of scenario.units) {
      if (checker.stands(unit.id)) throw new ViolationError(`I7: ${unit.id} stands after an undo of everything`);
      if (checker.tainted.has(unit.id)) continue;
      const left = [...keysOf(unit, "EXECUTION"), ...keysOf(unit, "BEFORE_EXECUTION")]
        .filter((key) => checker.valueOf(key) !== 0);
      if (left.length > 0) throw new ViolationError(`I7: an undo of everything leaves ${left}`);
    }
  }

  async #do(program: string, work: (started: Started) => ReturnType<Started["runner"]["migrate"]>): Promise<Ending> {
    // Somebody may have said that a later one is executed.
    const started = this.#life.open(`${NAME}${++this.#count}`, "run");
    let ending: Ending | undefined;
    this.#life.endingOf(started.process.name, program, work(started)).then((ended) => ending = ended);
    await this.#life.finish(() => ending !== undefined);
    // It has just been waited for.
    return ending as unknown as Ending;
  }

  #check(): Checker {
    return this.#life.check();
  }
}
