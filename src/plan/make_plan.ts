import type { ListedChange } from "../change_unit/change_unit.ts";
import { compareOrders } from "../change_unit/order.ts";
import type { ChangeState } from "../history/change_entry.ts";
import { type ChangeHistory, hasEffects, type History, identityOf, onlyBeforeStands } from "../history/history.ts";
import type { Problem } from "../report.ts";
import { decide, describeKnown, type ExecutedChangeUnit } from "./decide.ts";
import { matchChange, type MatchedChange } from "./match.ts";
import type { Plan, PlanInput, PlannedChange } from "./plan.ts";
import * as problems from "./problems.ts";

/** Decides about every change unit. A pure function: the same input gives the same plan. */
export function makePlan(input: PlanInput): Plan {
  const matched = input.listed
    .toSorted((left, right) => compareOrders(left.order, right.order))
    .map((listed) => matchChange(listed, input.units.get(listed), input.history));
  const newestExecuted = findNewestExecuted(matched, input.history);
  const decisions = matched.map((change) => decide(change, newestExecuted, input.rules, input.transactions));
  const missing = findMissing(matched, input);
  return {
    changes: [...decisions.map(({ change }) => change), ...missing.map(({ change }) => change)]
      .toSorted((left, right) => compareOrders(left.order, right.order)),
    steps: decisions.flatMap(({ step }) => step ?? []),
    problems: [
      ...input.found,
      ...findDuplicates(matched),
      ...decisions.flatMap(({ problem }) => problem ?? []),
      ...missing.map(({ problem }) => problem),
    ],
  };
}

/** The executed change unit with the highest order; a file that was renumbered counts where it stands now. */
function findNewestExecuted(matched: readonly MatchedChange[], history: History): ExecutedChangeUnit | undefined {
  const local = new Map(matched.flatMap(({ known, listed }) => known === undefined ? [] : [[known, listed]]));
  return Array.from(history.changes.values())
    .filter((known) => known.stands)
    .map((known) => local.get(known) ?? known)
    .reduce<ExecutedChangeUnit | undefined>(
      (newest, change) => newest === undefined || compareOrders(change.order, newest.order) > 0 ? change : newest,
      undefined,
    );
}

/** What has the same order or the same identity as something else. */
export function findDuplicates(matched: readonly MatchedChange[]): Problem[] {
  const found: Problem[] = [];
  const identities = new Map<string, ListedChange>();
  for (const [index, { listed, unit, known }] of matched.entries()) {
    const before = matched[index - 1]?.listed;
    if (before !== undefined && compareOrders(before.order, listed.order) === 0) {
      found.push(problems.duplicateOrder(before, listed));
    }
    const author = unit?.author ?? known?.author;
    if (author === undefined) continue;
    const identity = identityOf({ id: listed.id, author });
    const first = identities.get(identity);
    if (first === undefined) identities.set(identity, listed);
    else found.push(problems.duplicateIdentity(first, listed, author));
  }
  return found;
}

/** What the history has and the source does not: executed, or begun and never ended. */
function findMissing(
  matched: readonly MatchedChange[],
  input: PlanInput,
): { change: PlannedChange; problem: Problem }[] {
  const present = new Set(matched.map(({ known }) => known));
  const unread = matched.filter(({ unit, known }) => !unit && !known).map(({ listed }) => listed);
  const [unreadIds, unreadFiles] = [new Set(unread.map(({ id }) => id)), new Set(unread.map(({ file }) => file))];
  const isUnread = ({ id, file }: ChangeHistory) => unreadIds.has(id) || (file !== null && unreadFiles.has(file));
  const newestLocal = matched.at(-1)?.listed.order;
  const { rules, source } = input;
  return Array.from(input.history.changes.values())
    .filter((known) => !present.has(known) && !isUnread(known) && tookEffect(known))
    .map((known) => {
      const change = (reason: string): PlannedChange => ({ ...describeKnown(known), decision: "missing", reason });
      if (known.execution === "ROLLBACK_FAILED" || known.before === "ROLLBACK_FAILED") {
        const why = `its file is not in ${source}`;
        return { change: change(why), problem: problems.rollbackFailed(known, known, why) };
      }
      if (known.execution === "STARTED" || known.before === "STARTED") {
        const why = `its file is not in ${source}`;
        return {
          change: change(why),
          problem: problems.interrupted(known, known, why, [
            "Put the file back, and run again",
            `Or look at what it has changed, and record the outcome: ${problems.markCommands(known.id)}`,
          ]),
        };
      }
      if (newestLocal !== undefined && compareOrders(known.order, newestLocal) > 0) {
        const problem = problems.missingNewer(known, source, rules.missingNewer === "stop");
        return { change: change("executed by a newer release"), problem };
      }
      const what = onlyBeforeStands(known) ? "its before step stands" : "executed";
      const problem = problems.missing(known, source, rules.missing === "stop");
      return { change: change(`${what}, but its file is missing`), problem };
    });
}

function tookEffect(known: ChangeHistory): boolean {
  const isOpen = (state: ChangeState | null) => state === "STARTED" || state === "ROLLBACK_FAILED";
  return hasEffects(known) || isOpen(known.execution) || isOpen(known.before);
}
