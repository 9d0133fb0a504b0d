import type { ChangeContext, ListedDefinition, Step } from "../../mod.ts";
import type { Wanted } from "./simulated_driver.ts";
import { BrokenError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { Scenario, UnitPlan } from "./scenario.ts";
import type { SimulatedContext } from "./simulated_driver.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

/** What everybody writes, and nobody checks. */
export const SHARED_KEY = "shared";

/** What a step of a change unit leaves behind: each of these once. */
export function keysOf({ id, writes }: UnitPlan, step: Step): string[] {
  if (step === "BEFORE_EXECUTION") return [`${id}.before`];
  return Array.from({ length: writes }, (_, index) => `${id}.${index + 1}`);
}

/** Whether it runs in a transaction. */
export function isTransactional({ transactional }: UnitPlan, { strategy }: Scenario): boolean {
  return transactional && strategy !== "none";
}

/** The change units as one process has them. */
export function changeUnitsOf(
  { units, leaseMs }: Scenario,
  process: SimulatedProcess,
  faults: Faults,
): ListedDefinition<SimulatedContext & ChangeContext>[] {
  return units.map((unit) => {
    const { id, order, transactional, runAlways, failFast } = unit;
    const make =
      (step: Step, method: Wanted["method"]) => async ({ db, executionId }: SimulatedContext & ChangeContext) => {
        const change = method === "execution" ? "add" : "remove";
        const shared = unit.shares && step === "EXECUTION" ? [SHARED_KEY] : [];
        for (const key of [...keysOf(unit, step), ...shared]) {
          await db.write({ key, change, unit: id, step, method, executionId });
          if (unit.thinkMs > 0) await process.sleep(unit.thinkMs);
        }
        if (faults.strikes("slow change unit")) await process.sleep(faults.random.between(0, 2 * leaseMs));
        if (method === "execution" && faults.strikes("error of a change unit")) throw new BrokenError("it is broken");
        if (method === "rollback" && faults.strikes("error of a rollback")) {
          throw new BrokenError("its rollback is broken");
        }
      };
    const before = {
      beforeExecution: make("BEFORE_EXECUTION", "execution"),
      rollbackBeforeExecution: make("BEFORE_EXECUTION", "rollback"),
    };
    const undone = unit.isIrreversible
      ? { irreversible: "it was said" }
      : { rollbackExecution: make("EXECUTION", "rollback") };
    return {
      ...{ id, order, transactional, runAlways, failFast, execution: make("EXECUTION", "execution") },
      ...undone,
      ...(unit.timeoutMs === undefined ? {} : { timeoutMs: unit.timeoutMs }),
      ...(unit.hasBefore ? before : {}),
    };
  });
}
