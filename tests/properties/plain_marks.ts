import type { RepairRequest } from "../../src/plan/mark_plan.ts";
import { findTwins } from "./plain_plan.ts";
import { checksumOf, fileNameOf, inOrder, keyOf, type Known, type KnownUnits, type PlainFile } from "./plain_world.ts";

/** What is recorded about a change unit without running it. */
export interface PlainMark {
  readonly id: string;
  readonly author: string;
  readonly order: string;
  readonly file: string | null;
  readonly checksum: string | null;
  readonly runAlways: boolean;
  /** The states, the one of the before step with a `<` in front. */
  readonly marks: readonly string[];
}

/** Marks, and problems as code and severity. */
export interface PlainMarkPlan {
  readonly marks: readonly PlainMark[];
  readonly problems: readonly string[];
}

const IMPOSSIBLE = "REPAIR_IMPOSSIBLE error";
const UNKNOWN = "TARGET_UNKNOWN error";

function isOpen(state: string | null | undefined): boolean {
  return state === "STARTED" || state === "ROLLBACK_FAILED";
}

/** What a repair records: each change unit once, and only what fits its state. */
export function repairPlainly(
  files: readonly PlainFile[],
  known: KnownUnits,
  requests: readonly RepairRequest[],
): PlainMarkPlan {
  const marks: PlainMark[] = [];
  const problems: string[] = [];
  for (const request of requests) {
    const mark = repairOne(files, known, request);
    if (typeof mark === "string") problems.push(mark);
    else if (marks.some((each) => keyOf(each) === keyOf(mark))) problems.push(IMPOSSIBLE);
    else marks.push(mark);
  }
  return { marks, problems };
}

function repairOne(files: readonly PlainFile[], known: KnownUnits, request: RepairRequest): PlainMark | string {
  const { id, author, as } = request;
  const candidates = [...known.values()].filter((each) => each.id === id && each.author === (author ?? each.author));
  const [target] = candidates;
  if (target === undefined) return UNKNOWN;
  if (candidates.length > 1) return IMPOSSIBLE;
  const own = files.filter(({ text }) => keyOf(text) === keyOf(target));
  const file = own.find((each) => fileNameOf(each) === target.file) ?? own[0];
  const { execution, before, since } = target;
  if (as === "accepted") {
    const isEdited = file !== undefined && checksumOf(file.text) !== target.checksum;
    return execution === "EXECUTED" && isEdited ? asItIs(target, file, ["EXECUTED"]) : IMPOSSIBLE;
  }
  const state = as === "executed" ? "EXECUTED" : "ROLLED_BACK";
  const isLeft = isOpen(before) || (before === "EXECUTED" && since === 0 && as === "rolled back");
  if (execution === state && !isLeft) return IMPOSSIBLE;
  const marks = [
    ...(isLeft && !isOpen(execution) ? [] : [state]),
    ...(isOpen(before) || (before === "EXECUTED" && state === "ROLLED_BACK") ? [`<${state}`] : []),
  ];
  return asItIs(target, as === "executed" ? file : undefined, marks);
}

/** What is taken for executed is the file as it is now, where there is one. */
function asItIs(target: Known, file: PlainFile | undefined, marks: readonly string[]): PlainMark {
  const { id, author, order, checksum, runAlways } = target;
  if (file === undefined) return { id, author, order, file: target.file, checksum, runAlways, marks };
  return { ...textOf(file), marks };
}

function textOf(file: PlainFile) {
  const { id, author, again } = file.text;
  const checksum = checksumOf(file.text);
  return { id, author, order: file.order, file: fileNameOf(file), checksum, runAlways: again === "always" };
}

/** What a baseline records: everything up to the target that is not executed yet. */
export function baselinePlainly(files: readonly PlainFile[], known: KnownUnits, to: string): PlainMarkPlan {
  const sorted = files.toSorted(inOrder);
  const upTo = sorted.slice(0, sorted.findLastIndex(({ text }) => text.id === to) + 1);
  if (upTo.length === 0) return { marks: [], problems: [UNKNOWN] };
  const marks: PlainMark[] = [];
  const problems = findTwins(upTo);
  for (const file of upTo) {
    const about = known.get(keyOf(file.text));
    if (about?.execution === "EXECUTED") continue;
    const hasNew = file.text.hasBefore && (about === undefined || about.before === null);
    if (isOpen(about?.execution) || isOpen(about?.before)) problems.push(IMPOSSIBLE);
    else marks.push({ ...textOf(file), marks: [...(hasNew ? ["<EXECUTED"] : []), "EXECUTED"] });
  }
  return { marks, problems };
}
