import type { ChangeContext } from "./context.ts";
import type { ChangeUnitDefinition } from "./change_unit.ts";

/**
 * Writes a change unit as one object: the default export of a file, or an element of an in-memory list. It only adds the
 * types; what is wrong with a change unit is reported by the runner together with everything else.
 *
 * @typeParam Context What the methods are given, for example `SqliteContext`.
 *
 * @example
 * ```ts
 * import { defineChangeUnit } from "@denock/denock";
 * import type { MemoryContext } from "@denock/denock";
 *
 * export default defineChangeUnit<MemoryContext>({
 *   author: "ann",
 *   execution({ db }) {
 *     db.set("greeting", "hello");
 *   },
 *   rollbackExecution({ db }) {
 *     db.delete("greeting");
 *   },
 * });
 * ```
 */
export function defineChangeUnit<Context extends object = ChangeContext>(
  definition: ChangeUnitDefinition<Context>,
): ChangeUnitDefinition<Context> {
  return definition;
}
