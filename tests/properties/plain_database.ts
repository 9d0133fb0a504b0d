import type { ChangeState } from "../../src/history/change_entry.ts";
import type { PlainStep } from "./plain_plan.ts";
import type { PlainMark } from "./plain_marks.ts";
import {
  checksumOf,
  fileNameOf,
  keyOf,
  type Known,
  type KnownUnits,
  type PlainFile,
  type Settings,
  type Text,
} from "./plain_world.ts";

/** The methods of a change unit. */
export type Method = "execution" | "rollback" | "before" | "rollbackBefore";

/**
 * What goes wrong in a method: an error; a connection that is lost, after which nobody knows what was done; or a write
 * conflict at the first attempt.
 */
export type Fault = "error" | "lost" | "conflict";

/** What goes wrong, by `faultKey`. */
export type Faults = ReadonlyMap<string, Fault>;

export function faultKey(id: string, method: Method): string {
  return `${method} of ${id}`;
}

/** What an execution did. */
export interface PlainOutcome {
  readonly executed: readonly string[];
  readonly failed: readonly string[];
  /** Whether it came to its end, failures or not. */
  readonly isComplete: boolean;
}

type Kind = "execution" | "before";
type Failure = "FAILED" | "ROLLED_BACK" | "ROLLBACK_FAILED" | "STARTED" | "EXECUTED";

/** The key under which a step of a change unit keeps its data. */
export function dataKey(text: { readonly id: string; readonly author: string }, kind: Kind): string {
  return kind === "execution" ? keyOf(text) : `before ${keyOf(text)}`;
}

/** What a step that failed in its middle has left. */
export const HALF = -1;

/** The database as it should be: the data, and what is known of each change unit. */
export class PlainDatabase {
  readonly data = new Map<string, number>();
  readonly #known = new Map<string, Known>();
  #position = 0;
  #faults: Faults = new Map();
  #recordRepeats = true;

  /** What is known. */
  get known(): KnownUnits {
    return this.#known;
  }

  /** Executes steps one by one, or all of them in one transaction. */
  migrate(steps: readonly PlainStep[], { strategy, recordRepeats }: Settings, faults: Faults): PlainOutcome {
    this.#faults = faults;
    this.#recordRepeats = recordRepeats;
    const executed: string[] = [];
    const failed: string[] = [];
    const groups = strategy === "run" && steps.length > 0 ? [steps] : steps.map((step) => [step]);
    for (const group of groups) {
      const failures = this.#executeGroup(group);
      const [first] = failures;
      if (first === undefined) {
        executed.push(...group.map(({ file }) => keyOf(file.text)));
        continue;
      }
      const { text, state } = first;
      failed.push(...failures.map((each) => `${keyOf(each.text)}: ${each.state}`));
      const isClear = state === "FAILED" || state === "ROLLED_BACK";
      if (!isClear || text.failFast || group.length > 1) return { executed, failed, isComplete: false };
    }
    return { executed, failed, isComplete: true };
  }

  /** Undoes steps one by one, or all of them in one transaction; the first that fails ends it. */
  undo(steps: readonly PlainStep[], { strategy }: Settings, faults: Faults): PlainOutcome {
    this.#faults = faults;
    const executed: string[] = [];
    const failed: string[] = [];
    const groups = strategy === "run" && steps.length > 0 ? [steps] : steps.map((step) => [step]);
    for (const group of groups) {
      for (const { text, state } of this.#undoGroup(group)) {
        if (state === "done") executed.push(keyOf(text));
        else failed.push(`${keyOf(text)}: ${state}`);
      }
      if (failed.length > 0) break;
    }
    return { executed, failed, isComplete: failed.length === 0 };
  }

  /** Somebody brings the data into the state that is recorded. */
  mark(marks: readonly PlainMark[], files: readonly PlainFile[]): void {
    for (const { marks: states, ...subject } of marks) {
      const text = files.find((file) => fileNameOf(file) === subject.file)?.text;
      for (const told of states) {
        const kind = told.startsWith("<") ? "before" : "execution";
        if (told.endsWith("EXECUTED")) this.data.set(dataKey(subject, kind), text?.version ?? 0);
        else this.data.delete(dataKey(subject, kind));
        this.#record(subject, kind, told.replace("<", "") as ChangeState);
      }
    }
  }

  #executeGroup(group: readonly PlainStep[]): { text: Text; state: Failure }[] {
    for (const { file, known } of group) {
      for (const kind of ["execution", "before"] as const) {
        if (known?.[kind] !== "STARTED") continue;
        const state = this.#rollBack(file, kind);
        if (state !== undefined) return [{ text: file.text, state }];
      }
    }
    for (const [index, { file, known }] of group.entries()) {
      const stands = known?.before === "EXECUTED" && known.execution !== "EXECUTED";
      if (!file.text.hasBefore || stands) continue;
      const state = this.#executeAlone(file, "before");
      if (state !== undefined) return this.#rollBackBefores(group.slice(0, index), { text: file.text, state });
    }
    const failure = group[0]?.transactional ? this.#executeTogether(group) : this.#executeFirst(group);
    return failure === undefined ? [] : this.#rollBackBefores(group, failure);
  }

  #executeTogether(group: readonly PlainStep[]): { text: Text; state: Failure } | undefined {
    const failing = group.find(({ file }) => this.#failsInTransaction(file.text, "execution"));
    if (failing !== undefined) {
      this.#recordFile(failing.file, "execution", "FAILED");
      return { text: failing.file.text, state: "FAILED" };
    }
    for (const { file, known } of group) {
      this.data.set(dataKey(file.text, "execution"), file.text.version);
      const isRepeat = known?.execution === "EXECUTED" && known.checksum === checksumOf(file.text) &&
        known.before !== "STARTED" && !file.text.hasBefore && group.length === 1;
      if (this.#recordRepeats || !isRepeat) this.#recordFile(file, "execution", "EXECUTED");
    }
    return undefined;
  }

  #executeFirst([step]: readonly PlainStep[]): { text: Text; state: Failure } | undefined {
    const state = step && this.#executeAlone(step.file, "execution");
    return step && state && { text: step.file.text, state };
  }

  /** Without a transaction: what was begun is recorded, and what failed is rolled back at once. */
  #executeAlone(file: PlainFile, kind: Kind): Failure | undefined {
    this.#recordFile(file, kind, "STARTED");
    const fault = this.#faults.get(faultKey(file.text.id, kind));
    this.data.set(dataKey(file.text, kind), fault === undefined ? file.text.version : HALF);
    if (fault === "lost") return "STARTED";
    if (fault !== undefined) return this.#rollBack(file, kind) ?? "ROLLED_BACK";
    this.#recordFile(file, kind, "EXECUTED");
    return undefined;
  }

  /** The before steps go as well, the last one first, unless nobody knows how far something came. */
  #rollBackBefores(
    group: readonly PlainStep[],
    { text, state }: { text: Text; state: Failure },
  ): { text: Text; state: Failure }[] {
    let [worst, newest] = [state, state];
    const others: { text: Text; state: Failure }[] = [];
    for (const { file } of group.toReversed()) {
      if (newest === "STARTED") break;
      const failure = file.text.hasBefore ? this.#rollBackStanding(file, "before") : undefined;
      if (failure === undefined) continue;
      newest = failure;
      if (file.text === text) worst = failure;
      else others.push({ text: file.text, state: failure });
    }
    return [{ text, state: worst }, ...others];
  }

  #rollBackStanding(file: PlainFile, kind: Kind): Failure | undefined {
    this.#recordFile(file, kind, "STARTED");
    return this.#rollBack(file, kind);
  }

  #rollBack(file: PlainFile, kind: Kind): Failure | undefined {
    const fault = this.#faults.get(faultKey(file.text.id, kind === "execution" ? "rollback" : "rollbackBefore"));
    const isPossible = kind === "before" || file.text.reversible;
    if (isPossible && fault === "lost") return "STARTED";
    // A conflict is over at the second attempt.
    if (!isPossible || fault === "error") {
      this.#recordFile(file, kind, "ROLLBACK_FAILED");
      return "ROLLBACK_FAILED";
    }
    this.data.delete(dataKey(file.text, kind));
    this.#recordFile(file, kind, "ROLLED_BACK");
    return undefined;
  }

  #undoGroup(group: readonly PlainStep[]): { text: Text; state: Failure | "done" }[] {
    const failing = group.find(({ file, transactional }) =>
      transactional && this.#failsInTransaction(file.text, "rollback")
    );
    if (failing !== undefined) {
      const { file: { text, order }, known } = failing;
      const file = fileNameOf(failing.file);
      const state = known?.execution === "FAILED" ? "FAILED" : "EXECUTED";
      this.#record({ ...text, order, file, checksum: known?.checksum ?? null }, "execution", state);
      return [{ text, state }];
    }
    for (const { file, transactional } of group) {
      if (!transactional) continue;
      this.data.delete(dataKey(file.text, "execution"));
      this.#recordFile(file, "execution", "ROLLED_BACK");
    }
    return group.map(({ file, known, transactional }) => {
      const isDone = transactional || known?.since === 0;
      const failure = isDone ? undefined : this.#rollBackStanding(file, "execution");
      const rollsBackBefore = failure === undefined && known?.before === "EXECUTED";
      const state = failure ?? (rollsBackBefore ? this.#rollBackStanding(file, "before") : undefined) ?? "done";
      return { text: file.text, state };
    });
  }

  /** A conflict is over at the second attempt; a lost connection is not, and has changed nothing. */
  #failsInTransaction({ id }: Text, method: Method): boolean {
    const fault = this.#faults.get(faultKey(id, method));
    return fault === "error" || fault === "lost";
  }

  #recordFile(file: PlainFile, kind: Kind, state: ChangeState): void {
    const { text, order } = file;
    this.#record({ ...text, order, file: fileNameOf(file), checksum: checksumOf(text) }, kind, state);
  }

  #record(
    subject: Pick<Known, "id" | "author" | "order" | "file" | "checksum">,
    kind: Kind,
    state: ChangeState,
  ): void {
    const { id, author, order, file, checksum } = subject;
    const before = this.#known.get(keyOf(subject));
    const isAbout = kind === "execution" || before === undefined || before.execution === null;
    const about = isAbout ? { order, file, checksum } : before;
    const position = ++this.#position;
    const stood = before?.since ?? 0;
    const since = kind === "before"
      ? stood
      : state === "ROLLED_BACK"
      ? 0
      : state === "EXECUTED"
      ? stood || position
      : stood;
    const beforeState = kind === "before" ? state : before?.before;
    const isLeft = stood > 0 || before?.before === "EXECUTED";
    const comes = stood === 0 && since > 0 || !isLeft && beforeState === "EXECUTED";
    this.#known.set(keyOf(subject), {
      ...{ id, author, execution: before?.execution ?? null, before: before?.before ?? null },
      ...{ order: about.order, file: about.file, checksum: about.checksum, since },
      place: comes ? position : since > 0 || beforeState === "EXECUTED" ? before?.place ?? 0 : 0,
      runAlways: false,
      lastChecksum: checksum,
      [kind]: state,
    });
  }
}
