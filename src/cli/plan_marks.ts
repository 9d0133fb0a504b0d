import type { MarkStep, RepairRequest } from "../plan/mark_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { HistoryReader } from "../run/history_reader.ts";
import { Planning } from "../run/planning.ts";
import { resolveOptions, type RunnerOptions } from "../run/runner_options.ts";

/** What is to be recorded by hand: what became of change units, or up to which one they count as executed. */
export type MarkRequest = { readonly repairs: readonly RepairRequest[] } | { readonly to: string };

/** Computes what `repair` or `baseline` would record now. Reads the history once and writes nothing. */
export async function planMarks(
  options: RunnerOptions<object>,
  request: MarkRequest,
  signal: AbortSignal,
): Promise<Plan<MarkStep>> {
  const resolved = resolveOptions(options);
  const planning = await Planning.open(resolved);
  const history = await new HistoryReader(resolved.driver, resolved.runtime, signal).read();
  return "to" in request
    ? await planning.planBaseline(history, request.to)
    : await planning.planRepair(history, request.repairs);
}
