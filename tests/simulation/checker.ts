import { createHash } from "node:crypto";
import type { ChangeEntry, ChangeState, Step } from "../../mod.ts";
import { BEFORE_EXECUTION_TRANSITIONS, EXECUTION_TRANSITIONS, isLegal } from "../../src/history/states.ts";
import { isTransactional, keysOf, SHARED_KEY } from "./change_units.ts";
import type { Deed, Operation } from "./deeds.ts";
import type { Faults } from "./faults.ts";
import type { Scenario, UnitPlan } from "./scenario.ts";

/** Who puts the data right by hand. */
export const PERSON = "person";

/** Entries whose digest is right; a life is checked several times. */
const VERIFIED = new WeakSet<ChangeEntry>();

/** A guarantee was broken. */
export class ViolationError extends Error {
  override readonly name = "ViolationError";
}

/** What the checker knows of a step of a change unit. */
interface Known {
  state: ChangeState | null;
  /** Who has begun it last. */
  begunBy: string | null;
  stands: boolean;
  /** What has landed since it was begun. */
  landed: Operation[];
  /** Who has done something about it, in this order. */
  readonly acts: { readonly executionId: string; readonly at: number }[];
  /** How many executions had begun when a person last said what had become of it. */
  begunAtRepair: number;
}

/** Goes through what has really happened, and compares it with what may happen. */
export class Checker {
  /** Change units whose data nobody can vouch for: a late operation has touched them, or the word of a person. */
  readonly tainted = new Set<string>();
  readonly #scenario: Scenario;
  readonly #faults: Faults;
  /** Whether a clock of a process ever stood still. */
  readonly #hasStoppedClock: boolean;
  readonly #units: ReadonlyMap<string, UnitPlan>;
  readonly #known = new Map<string, Known>();
  readonly #values = new Map<string, number>();
  #seq = 0;
  #digest: string | null = null;
  /** The execution that began last, and all that have, in this order. */
  #current: string | null = null;
  readonly #begun = new Map<string, number>();

  constructor(scenario: Scenario, faults: Faults, hasStoppedClock: boolean) {
    this.#scenario = scenario;
    this.#faults = faults;
    this.#hasStoppedClock = hasStoppedClock;
    this.#units = new Map(scenario.units.map((unit) => [unit.id, unit]));
  }

  /** @throws {ViolationError} at the first deed that must not happen. */
  check(deeds: readonly Deed[]): void {
    for (const deed of deeds) {
      if (deed.does === "operation") this.#checkOperation(deed.operation, deed.at);
      else if (deed.does === "append") this.#checkEntry(deed.entry, deed.at, undefined);
      else this.#checkCommit(deed);
    }
  }

  /** Whether a change unit stands at the end. */
  stands(id: string): boolean {
    return this.#knownOf(id, "EXECUTION").stands;
  }

  stateOf(id: string, step: Step): ChangeState | null {
    return this.#knownOf(id, step).state;
  }

  valueOf(key: string): number {
    return this.#values.get(key) ?? 0;
  }

  #checkEntry(entry: ChangeEntry, at: number, committed: readonly Operation[] | undefined): void {
    this.#checkChain(entry);
    this.#checkAuthor(entry);
    if (entry.type === "RUN") return;
    const id = entry.changeId ?? "";
    const unit = this.#units.get(id);
    if (unit === undefined) throw new ViolationError(`${place(entry)} is about nothing that there is`);
    const known = this.#knownOf(id, entry.type);
    const table = entry.type === "EXECUTION" ? EXECUTION_TRANSITIONS : BEFORE_EXECUTION_TRANSITIONS;
    if (!isLegal(table, known.state, entry.state)) {
      throw new ViolationError(`I5: ${place(entry)} follows ${known.state ?? "nothing"}`);
    }
    if (entry.operation === "REPAIR") {
      this.tainted.add(id);
      known.begunAtRepair = this.#begun.size;
    } else {
      known.acts.push({ executionId: entry.executionId, at });
      this.#checkHappened(unit, entry, known, committed);
    }
    if (entry.state === "STARTED") {
      known.begunBy = entry.executionId;
      known.landed = [];
    }
    if (entry.state === "EXECUTED" && !known.stands && entry.operation === "MIGRATE") this.#checkOrder(unit, entry);
    if (entry.state === "EXECUTED") known.stands = true;
    if (entry.state === "ROLLED_BACK") known.stands = false;
    known.state = entry.state;
    this.#checkValues(unit, entry, known);
  }

  #checkChain(entry: ChangeEntry): void {
    const { digest, ...rest } = entry;
    if (entry.seq !== this.#seq + 1) throw new ViolationError(`I5: ${place(entry)} follows entry ${this.#seq}`);
    if (entry.previous !== this.#digest) throw new ViolationError(`I5: ${place(entry)} has another one before it`);
    if (!VERIFIED.has(entry)) {
      const expected = createHash("sha256").update(JSON.stringify(sorted(rest))).digest("hex");
      if (digest !== `sha256:${expected}`) throw new ViolationError(`I5: the digest of ${place(entry)} is wrong`);
      VERIFIED.add(entry);
    }
    this.#seq = entry.seq;
    this.#digest = digest;
  }

  /** Whoever has begun is fenced off by the next one that begins. One that leaves no trace begins with a failure. */
  #checkAuthor({ executionId, type, seq }: ChangeEntry): void {
    if (type !== "RUN" && executionId !== this.#current && this.#begun.has(executionId)) {
      throw new ViolationError(`G3: ${executionId} adds entry ${seq} although ${this.#current} has begun`);
    }
    if (type === "RUN" && executionId !== this.#current && this.#begun.has(executionId)) {
      throw new ViolationError(`G3: ${executionId} begins again with entry ${seq} after ${this.#current}`);
    }
    this.#current = executionId;
    if (!this.#begun.has(executionId)) this.#begun.set(executionId, this.#begun.size);
  }

  /** What is recorded has happened, and in the same breath where there is a transaction. */
  #checkHappened(unit: UnitPlan, entry: ChangeEntry, known: Known, committed: readonly Operation[] | undefined): void {
    if (entry.state !== "EXECUTED" && entry.state !== "ROLLED_BACK") return;
    const method = entry.state === "EXECUTED" ? "execution" : "rollback";
    const isInside = entry.type === "EXECUTION" && isTransactional(unit, this.#scenario);
    if (isInside && committed === undefined) {
      // An undo that failed says that the change stands as it did.
      if (entry.operation === "UNDO" && entry.error !== null && known.stands) return;
      throw new ViolationError(`G2: ${place(entry)} was added outside of its transaction`);
    }
    const done = (committed ?? known.landed).filter((operation) =>
      operation.unit === unit.id && operation.step === entry.type && operation.method === method &&
      operation.executionId === entry.executionId && operation.key !== SHARED_KEY
    );
    const landed = done.map(({ key }) => key);
    // A rollback may be repeated after a write conflict, because it must be able to follow on half of what it undoes.
    const keys = (method === "rollback" ? [...new Set(landed)] : landed).toSorted().join();
    const expected = keysOf(unit, entry.type as Step).toSorted().join();
    if (keys !== expected) throw new ViolationError(`G5: ${place(entry)} records ${expected}, and there is ${keys}`);
  }

  /** Nothing is executed for the first time before something that comes earlier was at least begun. */
  #checkOrder(unit: UnitPlan, entry: ChangeEntry): void {
    // Where all share a transaction, all their before steps come first.
    if (entry.type === "BEFORE_EXECUTION" && this.#scenario.strategy === "run") return;
    for (const earlier of this.#scenario.units) {
      if (earlier === unit) return;
      if (this.#knownOf(earlier.id, "EXECUTION").state !== null) continue;
      if (this.#knownOf(earlier.id, "BEFORE_EXECUTION").state !== null) continue;
      throw new ViolationError(`I6: ${place(entry)} although ${earlier.id} was never begun`);
    }
  }

  #checkValues(unit: UnitPlan, entry: ChangeEntry, known: Known): void {
    if (this.tainted.has(unit.id) || (entry.state !== "EXECUTED" && entry.state !== "ROLLED_BACK")) return;
    for (const key of keysOf(unit, entry.type as Step)) {
      const value = this.valueOf(key);
      const isRight = unit.runAlways && known.stands ? value > 0 : value === (known.stands ? 1 : 0);
      if (!isRight) throw new ViolationError(`G1: ${place(entry)}, and ${key} is there ${value} times`);
    }
  }

  #checkCommit(deed: Deed & { readonly does: "commit" }): void {
    const { entries, operations, fences, end, at } = deed;
    const own = operations.filter(({ key }) => key !== SHARED_KEY);
    const [executionId] = [...entries, ...own].map((each) => each.executionId);
    const first = entries[0]?.seq ?? fences[0];
    if (first !== undefined && first !== end + 1) {
      throw new ViolationError(`G3: ${executionId} commits for position ${first} when the log ends at ${end}`);
    }
    for (const operation of own) this.#apply(operation);
    for (const entry of entries) this.#checkEntry(entry, at, own);
    const recorded = new Set(entries.map(({ changeId }) => changeId));
    for (const { unit, executionId } of own) {
      if (recorded.has(unit)) continue;
      const isRepeat = fences.length > 0 && this.#units.get(unit)?.runAlways && this.#knownOf(unit, "EXECUTION").stands;
      if (!isRepeat) throw new ViolationError(`G2: ${executionId} commits what ${unit} does, and no entry`);
      this.#knownOf(unit, "EXECUTION").acts.push({ executionId, at });
    }
  }

  /** What goes without a transaction happens between its beginning and its outcome, and by who is in charge. */
  #checkOperation(operation: Operation, at: number): void {
    this.#apply(operation);
    if (operation.key === SHARED_KEY || operation.executionId === PERSON) return;
    const { unit, step, method, executionId, key } = operation;
    const known = this.#knownOf(unit, step);
    const isOpen = known.state === "STARTED" && (method === "rollback" || known.begunBy === executionId);
    if (this.#current === executionId && isOpen) {
      known.landed.push(operation);
      known.acts.push({ executionId, at });
      return;
    }
    const what = `${executionId} changes ${key} (${method}, called at ${Math.round(operation.calledAt)} ms)`;
    if (this.#current === executionId) throw new ViolationError(`G4: ${what} when it is ${known.state}`);
    if (!operation.isLeaseGood) throw new ViolationError(`G4: ${what} although its lease is over by its own clock`);
    this.tainted.add(unit);
    const isNewer = (other: string) => (this.#begun.get(other) ?? 0) > (this.#begun.get(executionId) ?? -1);
    const isActedOn = known.acts.some((act) => isNewer(act.executionId) && act.at <= operation.calledAt);
    // On its way when another execution began: nothing can call it back. A person who speaks too early is not waited for.
    const isSettledByHand = (this.#begun.get(executionId) ?? 0) < known.begunAtRepair;
    if (!isActedOn || isSettledByHand) return this.#faults.count("late operation");
    if (!this.#hasStoppedClock) throw new ViolationError(`G4: ${what} although ${this.#current} is at work on it`);
    this.#faults.count("late operation on a stopped clock");
  }

  #apply({ key, change }: Operation): void {
    this.#values.set(key, change === "add" ? this.valueOf(key) + 1 : 0);
  }

  #knownOf(id: string, step: Step): Known {
    const key = `${id} ${step}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(
        key,
        known = { state: null, begunBy: null, stands: false, landed: [], acts: [], begunAtRepair: 0 },
      );
    }
    return known;
  }
}

function place({ seq, type, state, changeId, executionId }: ChangeEntry): string {
  return `entry ${seq} (${changeId ?? "RUN"} ${state}${
    type === "BEFORE_EXECUTION" ? " before" : ""
  } by ${executionId})`;
}

/** The same data with sorted keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([left], [right]) => left < right ? -1 : 1);
  return Object.fromEntries(members.map(([key, inner]) => [key, sorted(inner)]));
}
