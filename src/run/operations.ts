import type { ChangeEntry } from "../history/change_entry.ts";
import type { History } from "../history/history.ts";
import { checkLimit } from "../plan/limit_plan.ts";
import type { MarkStep } from "../plan/mark_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { checkUndoTarget, type UndoStep } from "../plan/undo_plan.ts";
import type { ExecutionReport } from "../report.ts";
import { carryOutMarks, carryOutMigration, carryOutUndo } from "./carry_out.ts";
import { leavesNoTrace } from "./execute_steps.ts";
import { Execution, type ExecutionStep } from "./execution.ts";
import { HistoryReader } from "./history_reader.ts";
import type { BaselineOptions, MigrateOptions, RepairOptions, StopOptions, UndoOptions } from "./operation_options.ts";
import { Planning } from "./planning.ts";
import type { ResolvedOptions } from "./runner_options.ts";
import type { Start } from "./start.ts";

/** Computes what {@link migrate} would do. */
export async function plan(options: ResolvedOptions, { signal, ...limit }: MigrateOptions): Promise<Plan> {
  checkLimit(limit);
  return await planOnly(options, (planning, history) => planning.plan(history, limit), signal);
}

/** Computes what {@link undo} would do. */
export async function planUndo(options: ResolvedOptions, { signal, ...target }: UndoOptions): Promise<Plan<UndoStep>> {
  checkUndoTarget(target);
  return await planOnly(options, (planning, history) => planning.planUndo(history, target), signal);
}

/** Computes what {@link repair} would record. */
export async function planRepair(
  options: ResolvedOptions,
  { repairs, signal }: Omit<RepairOptions, "comment">,
): Promise<Plan<MarkStep>> {
  return await planOnly(options, (planning, history) => planning.planRepair(history, repairs), signal);
}

/** Computes what {@link baseline} would record. */
export async function planBaseline(
  options: ResolvedOptions,
  { to, signal }: Omit<BaselineOptions, "comment">,
): Promise<Plan<MarkStep>> {
  return await planOnly(options, (planning, history) => planning.planBaseline(history, to), signal);
}

/** Executes what is pending; goes on from what was read, where that is so. */
export async function migrate(
  options: ResolvedOptions,
  { signal, ...limit }: MigrateOptions,
  start?: Start,
): Promise<ExecutionReport> {
  checkLimit(limit);
  await using planning = new Planning(options, start?.snapshot);
  const { recordRepeats, transactionStrategy } = options;
  const mayLeaveNoTrace = !recordRepeats && transactionStrategy === "change";
  return await new Execution(options, {
    operation: "MIGRATE",
    comment: null,
    entries: start?.entries,
    plan: (history) => planning.plan(history, limit),
    leavesNoTrace: ({ steps }) => mayLeaveNoTrace && steps.every(leavesNoTrace),
    carryOut: async (scope, plan, report) => {
      const settling = await planning.settling(plan);
      await carryOutMigration({ ...scope, settling }, plan, options, report);
    },
  }, signal).run();
}

/** Undoes change units. */
export async function undo(options: ResolvedOptions, { signal, ...target }: UndoOptions): Promise<ExecutionReport> {
  checkUndoTarget(target);
  await using planning = new Planning(options);
  return await new Execution(options, {
    operation: "UNDO",
    comment: null,
    plan: (history) => planning.planUndo(history, target),
    carryOut: (scope, plan, report) => carryOutUndo(scope, plan, options.transactionStrategy, report),
  }, signal).run();
}

/** Records what became of change units. */
export async function repair(
  options: ResolvedOptions,
  { repairs, ...given }: RepairOptions,
): Promise<ExecutionReport> {
  return await record(options, "REPAIR", given, (planning, history) => planning.planRepair(history, repairs));
}

/** Records that change units are executed. */
export async function baseline(
  options: ResolvedOptions,
  { to, ...given }: BaselineOptions,
): Promise<ExecutionReport> {
  return await record(options, "BASELINE", given, (planning, history) => planning.planBaseline(history, to));
}

/** Checks everything. */
export async function validate(options: ResolvedOptions, { signal }: StopOptions): Promise<Plan> {
  await using planning = new Planning({ ...options, hashesAll: true });
  const reader = readerOf(options, signal);
  const history = await reader.read();
  await reader.verify();
  return await planning.plan(history);
}

/** Reads the whole history and checks it. */
export async function history(options: ResolvedOptions, { signal }: StopOptions): Promise<readonly ChangeEntry[]> {
  return await readerOf(options, signal).readVerified();
}

async function planOnly<Result extends Plan<ExecutionStep>>(
  options: ResolvedOptions,
  plan: (planning: Planning, history: History) => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  await using planning = new Planning(options);
  const reader = readerOf(options, signal);
  const planned = await plan(planning, await reader.read());
  if (planned.steps.length > 0) await reader.verify();
  return planned;
}

/** Appends entries on the word of a person; nothing is run. */
async function record(
  options: ResolvedOptions,
  operation: "REPAIR" | "BASELINE",
  { comment, signal }: Omit<RepairOptions, "repairs">,
  plan: (planning: Planning, history: History) => Promise<Plan<MarkStep>>,
): Promise<ExecutionReport> {
  await using planning = new Planning(options);
  return await new Execution(options, {
    operation,
    comment,
    plan: (history) => plan(planning, history),
    carryOut: (scope, plan, report) => carryOutMarks(scope, plan, report),
  }, signal).run();
}

function readerOf({ driver, runtime }: ResolvedOptions, signal: AbortSignal | undefined): HistoryReader {
  return new HistoryReader({ driver, runtime, signal });
}
