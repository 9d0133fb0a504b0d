import type { Limit } from "../../src/plan/limit_plan.ts";
import type { PlannedChange } from "../../src/plan/plan.ts";
import type { UndoTarget } from "../../src/plan/undo_plan.ts";
import type { ProblemCode } from "../../src/report.ts";
import {
  checksumOf,
  inOrder,
  keyOf,
  type Known,
  type KnownUnits,
  type PlainFile,
  rank,
  type Settings,
  type Text,
} from "./plain_world.ts";

/** What is to happen with one change unit. */
export interface PlainChange {
  readonly order: string;
  readonly id: string;
  readonly author: string;
  readonly decision: PlannedChange["decision"];
}

/** Something to execute or to undo. */
export interface PlainStep {
  readonly file: PlainFile;
  readonly known: Known | undefined;
  readonly transactional: boolean;
}

/** A plan: decisions, steps, and problems as code and severity. */
export interface PlainPlan {
  readonly changes: readonly PlainChange[];
  readonly steps: readonly PlainStep[];
  readonly problems: readonly string[];
}

interface Verdict {
  readonly decision: PlannedChange["decision"];
  readonly problem?: string;
}

const stop = (code: ProblemCode): Verdict => ({ decision: "stop", problem: `${code} error` });

/** What a migration does, by the table in `docs/architecture.md`. */
export function planPlainly(
  files: readonly PlainFile[],
  known: KnownUnits,
  settings: Settings,
  limit: Limit,
): PlainPlan {
  const sorted = files.toSorted(inOrder);
  const newest = newestExecuted(sorted, known);
  const decided = sorted.map((file) => {
    const about = known.get(keyOf(file.text));
    const verdict = decide(file, about, newest, settings);
    const { id, author } = file.text;
    const step: PlainStep = { file, known: about, transactional: wantsTransaction(file.text, settings) };
    return { step, verdict, change: { order: file.order, id, author, decision: verdict.decision } };
  });
  const missing = findMissing(sorted, known, settings);
  const targets = [...decided, ...missing].filter(({ change }) => change.id === limit.to).map(({ change }) => change);
  const until = Math.max(...targets.map(({ order }) => rank(order)));
  const runs = decided.filter(({ verdict }) => verdict.decision === "run")
    .filter(({ change }) => targets.length === 0 || rank(change.order) <= until)
    .slice(0, limit.count);
  const alone = settings.strategy === "run" ? runs.filter(({ step }) => !step.transactional) : [];
  const decisionOf = (each: (typeof decided)[number]) => {
    if (alone.includes(each)) return "stop";
    return each.verdict.decision === "run" && !runs.includes(each) ? "later" : each.verdict.decision;
  };
  return {
    changes: [
      ...decided.map((each) => ({ ...each.change, decision: decisionOf(each) })),
      ...missing.map(({ change }) => change),
    ].toSorted(inOrder),
    steps: runs.filter((each) => !alone.includes(each)).map(({ step }) => step),
    problems: [
      ...findTwins(sorted),
      ...decided.flatMap(({ verdict }) => verdict.problem ?? []),
      ...missing.map(({ problem }) => problem),
      ...(limit.to !== undefined && targets.length === 0 ? ["TARGET_UNKNOWN error"] : []),
      ...alone.map(() => "TRANSACTION_NOT_SHARED error"),
    ],
  };
}

/** The row of the table that applies first. */
function decide({ order, text }: PlainFile, known: Known | undefined, newest: number, settings: Settings): Verdict {
  const { rules, supported } = settings;
  const states = [known?.execution, known?.before];
  const isExecuted = known?.execution === "EXECUTED";
  const isEdited = known !== undefined && known.checksum !== checksumOf(text);
  const isEditedSince = known !== undefined && known.lastChecksum !== checksumOf(text);
  const runsAgain = text.again === "always" || (text.again === "on change" && isEdited);
  const isNew = known === undefined || states.every((state) => state === null);
  const cannotRecover = isEditedSince || (known?.execution === "STARTED" && !text.reversible) ||
    (known?.before === "STARTED" && !text.hasBefore);
  const rows: [boolean, Verdict][] = [
    [states.includes("ROLLBACK_FAILED"), stop("CHANGE_ROLLBACK_FAILED")],
    [isExecuted && known.before !== "STARTED" && !runsAgain && !isEdited, { decision: "done" }],
    [
      isExecuted && known.before !== "STARTED" && !runsAgain,
      rules.edited === "stop" ? stop("CHANGE_EDITED") : { decision: "done", problem: "CHANGE_EDITED warning" },
    ],
    [!isConcerned(text, settings), { decision: "skip" }],
    [states.includes("STARTED") && cannotRecover, stop("CHANGE_INTERRUPTED")],
    [known?.before === "EXECUTED" && !isExecuted && isEditedSince, stop("CHANGE_INTERRUPTED")],
    [isNew && rank(order) < newest && !text.outOfOrder && rules.outOfOrder === "stop", stop("CHANGE_OUT_OF_ORDER")],
    [wantsTransaction(text, settings) && !supported, stop("TRANSACTIONS_UNSUPPORTED")],
  ];
  return rows.find(([applies]) => applies)?.[1] ?? { decision: "run" };
}

function wantsTransaction({ transactional }: Text, { strategy }: Settings): boolean {
  return transactional && strategy !== "none";
}

/** Whether profiles and version of a text are those of the run. Versions are single numbers in these tests. */
function isConcerned({ profiles, systemVersion }: Text, { rules }: Settings): boolean {
  const active = new Set(rules.profiles.length > 0 ? rules.profiles : ["default"]);
  const excluded = profiles.filter((name) => name.startsWith("!")).map((name) => name.slice(1));
  const wanted = profiles.filter((name) => !name.startsWith("!"));
  const { from = "0", to = "99" } = rules.systemVersion;
  return Number(systemVersion) >= Number(from) && Number(systemVersion) <= Number(to) &&
    excluded.every((name) => !active.has(name)) && (wanted.length === 0 || wanted.some((name) => active.has(name)));
}

/** A file that was renumbered counts where it stands now. */
function newestExecuted(files: readonly PlainFile[], known: KnownUnits): number {
  const now = new Map(files.map(({ order, text }) => [keyOf(text), order]));
  const standing = [...known].filter(([, { since }]) => since > 0);
  return Math.max(...standing.map(([key, { order }]) => rank(now.get(key) ?? order)));
}

/** Everything that has the order or the identity of something else. */
export function findTwins(files: readonly PlainFile[]): string[] {
  const orders = new Set(files.map(({ order }) => rank(order)));
  const identities = new Set(files.map(({ text }) => keyOf(text)));
  return [
    ...Array<string>(files.length - orders.size).fill("DUPLICATE_ORDER error"),
    ...Array<string>(files.length - identities.size).fill("DUPLICATE_IDENTITY error"),
  ];
}

function findMissing(files: readonly PlainFile[], known: KnownUnits, { rules }: Settings) {
  const present = new Set(files.map(({ text }) => keyOf(text)));
  const newest = Math.max(...files.map(({ order }) => rank(order)));
  return [...known].filter(([key]) => !present.has(key)).flatMap(([, each]) => {
    const { order, id, author, execution, before, since } = each;
    const isLeft = since > 0 || before === "EXECUTED";
    const isNewer = files.length > 0 && rank(order) > newest;
    const rows: [boolean, string][] = [
      [[execution, before].includes("ROLLBACK_FAILED"), "CHANGE_ROLLBACK_FAILED error"],
      [[execution, before].includes("STARTED"), "CHANGE_INTERRUPTED error"],
      [isLeft && isNewer, `CHANGE_MISSING_NEWER ${rules.missingNewer === "stop" ? "error" : "warning"}`],
      [isLeft, `CHANGE_MISSING ${rules.missing === "stop" ? "error" : "warning"}`],
    ];
    const problem = rows.find(([applies]) => applies)?.[1];
    return problem === undefined ? [] : [{ problem, change: { order, id, author, decision: "missing" as const } }];
  });
}

/** What an undo does: what came last comes first, with before steps that alone stand; whatever could refuse is a problem. */
export function planUndoPlainly(
  files: readonly PlainFile[],
  known: KnownUnits,
  settings: Settings,
  target: UndoTarget,
): PlainPlan {
  const newestFirst = [...known.values()].filter(({ since, before }) => since > 0 || before === "EXECUTED")
    .toSorted((left, right) => right.place - left.place);
  const upTo = target.to === undefined ? target.count : newestFirst.findLastIndex(({ id }) => id === target.to) + 1;
  const decided = newestFirst.slice(0, upTo).map((each) => ({ each, ...decideUndo(each, files, settings) }));
  const alone = decided.filter(({ each, step }) =>
    settings.strategy === "run" && step?.transactional === false && each.since > 0
  );
  const unfinished = [...known.values()].flatMap(({ execution, before }) => {
    if ([execution, before].includes("ROLLBACK_FAILED")) return "CHANGE_ROLLBACK_FAILED error";
    return [execution, before].includes("STARTED") ? "CHANGE_INTERRUPTED error" : [];
  });
  return {
    changes: decided.map((decision) => {
      const { order, id, author } = decision.each;
      const isRun = decision.step !== undefined && !alone.includes(decision);
      return { order, id, author, decision: isRun ? "run" : "stop" };
    }),
    steps: decided.flatMap((decision) => alone.includes(decision) ? [] : decision.step ?? []),
    problems: [
      ...(target.to !== undefined && upTo === 0 ? ["TARGET_UNKNOWN error"] : []),
      ...unfinished,
      ...decided.flatMap(({ problem }) => problem ?? []),
      ...alone.map(() => "TRANSACTION_NOT_SHARED error"),
    ],
  };
}

function decideUndo(
  known: Known,
  files: readonly PlainFile[],
  settings: Settings,
): { readonly step?: PlainStep; readonly problem?: string } {
  const file = files.find(({ text }) => keyOf(text) === keyOf(known));
  if (file === undefined) return { problem: "CHANGE_MISSING error" };
  const stands = known.since > 0;
  const leavesBefore = known.before === "EXECUTED" && !file.text.hasBefore;
  if ((stands && !file.text.reversible) || leavesBefore) return { problem: "CHANGE_IRREVERSIBLE error" };
  const isEdited = checksumOf(file.text) !== (stands ? known.checksum : known.lastChecksum);
  if (isEdited && settings.rules.edited === "stop") return { problem: "CHANGE_EDITED error" };
  const transactional = stands && wantsTransaction(file.text, settings);
  if (transactional && !settings.supported) return { problem: "TRANSACTIONS_UNSUPPORTED error" };
  return { step: { file, known, transactional }, ...(isEdited ? { problem: "CHANGE_EDITED warning" } : {}) };
}
