import type { ChangeContext, ListedUnit } from "../../mod.ts";
import type { Ground } from "./ground.ts";
import type { Process } from "./process.ts";
import type { PlainUnit } from "./scenario.ts";

/** How long a slow change unit takes: more than one renewal of the lease is away. */
const SLOW_MS = 15_000;

/** What the methods of change units have done, over all processes. */
export type Journal = Deed[];

/** A method of a change unit began, or came to its end. */
export interface Deed {
  readonly unit: string;
  readonly method: "execution" | "rollback" | "before" | "rollback of before";
  readonly point: "begin" | "end";
}

/** The keys that a change unit counts up: with its execution, and with its before step. */
export function keysOf({ id, hasBefore }: PlainUnit): { readonly execution: string[]; readonly before: string[] } {
  return { execution: [`${id}.1`, `${id}.2`], before: hasBefore ? [`${id}.before`] : [] };
}

/** The change units as a process has them: every use of the database is a call of the process. */
export function unitsOf(
  units: readonly PlainUnit[],
  { ground, process, journal }: { readonly ground: Ground; readonly process: Process; readonly journal: Journal },
): ListedUnit<ChangeContext>[] {
  return units.map((plain, index): ListedUnit<ChangeContext> => {
    const { id: unit, transactional, runAlways = false, slow = false, hasBefore, irreversible } = plain;
    const keys = keysOf(plain);
    const method = (method: Deed["method"], uses: readonly string[]) => async (context: ChangeContext) => {
      journal.push({ unit, method, point: "begin" });
      const isRollback = method.startsWith("rollback");
      for (const key of uses) {
        if (key === uses[1] && slow && !isRollback) await process.runtime.sleep(SLOW_MS);
        await process.call(`use: ${method} of ${key}`, async () => {
          await (isRollback ? ground.clear(context, key) : ground.add(context, key));
        });
      }
      journal.push({ unit, method, point: "end" });
    };
    const said = { id: unit, order: String(index + 1), transactional, runAlways };
    const execution = method("execution", keys.execution);
    const before = {
      beforeExecution: method("before", keys.before),
      rollbackBeforeExecution: method("rollback of before", keys.before),
    };
    const rest = { ...said, execution, ...(hasBefore ? before : {}) };
    return irreversible
      ? { ...rest, irreversible: "what it took away is gone" }
      : { ...rest, rollbackExecution: method("rollback", keys.execution) };
  });
}
