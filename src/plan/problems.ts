import type { ListedChange, LoadedChangeUnit } from "../change_unit/change_unit.ts";
import { sharesFile } from "../change_unit/file_name.ts";
import { type ChangeHistory, onlyBeforeStands } from "../history/history.ts";
import type { ChangeReference, Problem, ProblemCode } from "../report.ts";

type Named = Pick<ListedChange, "id" | "order" | "file">;

function problem(
  code: ProblemCode,
  severity: Problem["severity"],
  message: string,
  remedies: string[],
  about: Named[],
) {
  return { code, severity, message, remedies, files: about.flatMap(({ file }) => file ?? []) };
}

/** How messages call a change unit: its file where it has one, with its id where it shares that with others. */
export function nameOf({ file, order, id }: Named): string {
  if (file === null) return `"${order} ${id}"`;
  return sharesFile({ file, order }) ? `"${file}" (${id})` : `"${file}"`;
}

/** Two change units have the same order. */
export function duplicateOrder(first: Named, second: Named): Problem {
  const message = `${nameOf(first)} and ${nameOf(second)} have the same order, so nobody can say which comes first`;
  return problem("DUPLICATE_ORDER", "error", message, ["Give one of them another order"], [first, second]);
}

/** Two change units have the same identity. */
export function duplicateIdentity(first: Named, second: Named, author: string): Problem {
  const message = `${nameOf(first)} and ${nameOf(second)} both have the id "${first.id}" and the author "${author}"`;
  return problem("DUPLICATE_IDENTITY", "error", message, ["Give one of them another id"], [first, second]);
}

/** A change unit cannot be loaded, or its shape is wrong. */
export function invalidChangeUnit(change: Named, violations: readonly string[]): Problem {
  const list = violations.length === 1
    ? ` ${violations[0]}`
    : `\n${violations.map((line) => `    ${line}`).join("\n")}`;
  const message = `${nameOf(change)} is not a change unit:${list}`;
  return problem("CHANGE_UNIT_INVALID", "error", message, ["Mend it and run again"], [change]);
}

/** An executed change unit was edited. */
export function edited(change: Named & { readonly checksum: string | null }, known: ChangeHistory, stop: boolean) {
  const message = `${nameOf(change)} was edited after it was executed: its checksum is ${change.checksum}, ` +
    `the history has ${known.checksum}`;
  return problem("CHANGE_EDITED", stop ? "error" : "warning", message, [
    "Restore the file to what was executed, and put the new work into a new change unit",
    `Or accept the edit without running it: denock repair --accept ${known.id}`,
  ], [change]);
}

/** A change unit was edited of which only the before step stands, which is to be rolled back. */
export function editedSinceBefore(
  change: Named & { readonly checksum: string | null },
  known: ChangeHistory,
  stop: boolean,
): Problem {
  const message = `${nameOf(change)} was edited while its before step stands: its checksum is ${change.checksum}, ` +
    `the history has ${known.last.checksum}`;
  return problem("CHANGE_EDITED", stop ? "error" : "warning", message, [
    "Restore the file to what was begun, and undo it again",
    `Or undo what the before step did, and record that: denock repair --rolled-back ${known.id}`,
  ], [change]);
}

const FOLDER = "Check that this is the right folder and the right database";

/** The file of an executed change unit is gone, and newer ones are there. */
export function missing(known: ChangeHistory, folder: string, stop: boolean): Problem {
  const what = onlyBeforeStands(known) ? "has a before step that stands" : "was executed";
  const message = `${nameOf(known)} ${what} but is not in ${folder}`;
  return problem("CHANGE_MISSING", stop ? "error" : "warning", message, [
    "Put the file back",
    FOLDER,
    'Or go on without it, with the rule `missing: "warn"`',
  ], [known]);
}

/** The file of a change unit that is to be undone is gone, and with it its rollback: no rule helps with that. */
export function missingRollback(known: ChangeHistory, folder: string): Problem {
  return { ...missing(known, folder, true), remedies: ["Put the file back: its rollback is what undoes it", FOLDER] };
}

/** The file of an executed change unit is gone, and it was newer than all that are there. */
export function missingNewer(known: ChangeHistory, folder: string, stop: boolean): Problem {
  const what = onlyBeforeStands(known) ? "has a before step that was executed" : "was executed";
  const message = `${nameOf(known)} ${what} by a newer release: it is not in ${folder}`;
  const remedies = stop ? ["Start the newer release", 'Or go on, with the rule `missingNewer: "warn"`'] : [];
  return problem("CHANGE_MISSING_NEWER", stop ? "error" : "warning", message, remedies, [known]);
}

/** A pending change unit is ordered before an executed one. */
export function outOfOrder(change: Named, executed: Named): Problem {
  const message = `${nameOf(change)} is pending but ordered before ${nameOf(executed)}, which was executed already`;
  return problem("CHANGE_OUT_OF_ORDER", "error", message, [
    `Give it an order behind ${executed.order}`,
    'Or let it run now, with `outOfOrder: true` in the change unit or the rule `outOfOrder: "run"`',
  ], [change, executed]);
}

/** The commands that record what a person has found out. */
export function markCommands(id: string): string {
  return `denock repair --executed ${id}, or --rolled-back ${id}`;
}

/** A change unit was interrupted, and nothing but a person can say how far it came. */
export function interrupted(change: Named, known: ChangeHistory, why: string, remedies: string[]): Problem {
  const step = known.last.type === "BEFORE_EXECUTION" ? "The before step of " : "";
  const message = `${step}${nameOf(change)} was begun on ${known.last.timestamp} by execution ` +
    `${known.last.executionId} on ${known.last.executionHostname} and never ended, and ${why}`;
  return problem("CHANGE_INTERRUPTED", "error", message, remedies, [change]);
}

/** A change unit failed and could not be rolled back. */
export function rollbackFailed(change: Named, known: ChangeHistory, also?: string): Problem {
  const error = known.last.error;
  const message = `${nameOf(change)} failed on ${known.last.timestamp} and could not be rolled back` +
    (error === null ? "" : ` (${error.name}: ${error.message})`) + (also === undefined ? "" : `, and ${also}`);
  return problem("CHANGE_ROLLBACK_FAILED", "error", message, [
    `Look at what it has changed, bring the data into order, and record the outcome: ${markCommands(known.id)}`,
  ], [change]);
}

/** Somebody who listens to the events has failed. */
export function listenerFailed(reason: string): Problem {
  const message = `A listener has failed, and may not have heard of everything: ${reason}`;
  return problem(
    "LISTENER_FAILED",
    "warning",
    message,
    ["Mend the listener; the execution itself is not concerned"],
    [],
  );
}

/** What was asked for does not exist. */
export function targetUnknown(id: string, why: string): Problem {
  const message = `There is no change unit "${id}" to go to: it ${why}`;
  return problem("TARGET_UNKNOWN", "error", message, ["Look at the ids with `denock list`"], []);
}

/** A change unit that cannot be undone is to be undone. */
export function irreversible(change: Named, why: string): Problem {
  const message = `${nameOf(change)} cannot be undone: ${why}`;
  return problem("CHANGE_IRREVERSIBLE", "error", message, ["Undo only what was executed after it"], [change]);
}

/** A repair does not fit the state of the change unit. */
export function repairImpossible(change: Named, why: string): Problem {
  const message = `${nameOf(change)} cannot be repaired like that: ${why}`;
  return problem("REPAIR_IMPOSSIBLE", "error", message, ["Look at its state with `denock list`"], [change]);
}

/** The same change unit is to be repaired twice. */
export function repairTwice(id: string): Problem {
  return problem("REPAIR_IMPOSSIBLE", "error", `The change unit "${id}" is to be repaired twice`, ["Name it once"], []);
}

/** A non-transactional change unit meets the strategy that wants one transaction for all. */
export function notInOneTransaction(change: LoadedChangeUnit): Problem {
  const message = `${nameOf(change)} is not transactional, so it cannot share one transaction with the others`;
  const declare = "Say `transactional: true` in it if it changes data alone, and no schema";
  return problem("TRANSACTION_NOT_SHARED", "error", message, [
    ...(change.transactional === null ? [declare] : []),
    "Run it in an execution of its own: one with a limit in front of it, then it alone without the strategy run",
    'Or give each change unit its own transaction, with `transactionStrategy: "change"`',
  ], [change]);
}

/** A SQL file meets a database without SQL. */
export function sqlUnsupported(change: ChangeReference, driver: string): Problem {
  const message = `${nameOf(change)} is written in SQL, which ${driver} does not run`;
  return problem("SQL_UNSUPPORTED", "error", message, [
    "Write it as a TypeScript file, with the same order and id",
    "Check that this is the right folder and the right database",
  ], [change]);
}

/** A transactional change unit meets a database without transactions. */
export function transactionsUnsupported(change: ChangeReference, driver: string): Problem {
  const message = `${nameOf(change)} is transactional but ${driver} has no transactions`;
  return problem("TRANSACTIONS_UNSUPPORTED", "error", message, [
    "Say `transactional: false` in the change unit; a failure is then undone by its rollback method",
    'Or run every change unit without one, with `transactionStrategy: "none"`',
  ], [change]);
}
