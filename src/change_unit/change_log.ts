import type { ChangeUnitAttributes } from "./change_unit.ts";
import type { ChangeUnitClass } from "./declarations.ts";
import { attributesFor, type ClassMethod, type ClassMethodContext, declareClass, declareMethod } from "./declare.ts";

/** What a class says about itself in `@ChangeLog`. */
export interface ChangeLogAttributes {
  /** The order. In a folder it comes from the file name, and one that is given must agree with it. */
  readonly order?: string;
  /** The author of the change sets that name none. */
  readonly author?: string;
}

/** What a method says about itself in `@ChangeSet`. */
export interface ChangeSetAttributes extends ChangeUnitAttributes {
  /** The id of the change unit. */
  readonly id: string;
  /** Its place among the change sets of its class: digits, or digits with dots. */
  readonly order: string;
}

/**
 * Makes a class a list of change units, one for each method with `@ChangeSet`: the form of Mongock before version 5, for
 * changes that are written already. None of them can be rolled back.
 *
 * The file is named as that of a change unit, `0001_clients.ts`, and its change sets get the orders `0001.1`, `0001.2` and so
 * on, by their own `order`. What is in such a file is known only after it was imported, so it is imported at each start; and
 * since the checksum is that of the whole file, whoever adds a change set to it edits those that were executed. One instance
 * serves all change sets of an execution; what its constructor keeps goes on working as in a class with `@ChangeUnit`.
 *
 * @deprecated Write a class with {@link ChangeUnit}, or a file of another form, for each change set.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ChangeLog, ChangeSet, type MemoryContext, MemoryDriver, Runner } from "@denock/denock";
 *
 * @ChangeLog({ order: "0001", author: "ann" }) // a file needs no order
 * class Greetings {
 *   @ChangeSet({ id: "greet", order: "1" })
 *   greet({ db }: MemoryContext) {
 *     db.set("greeting", "hello");
 *   }
 *
 *   @ChangeSet({ id: "translate", order: "2" })
 *   translate({ db }: MemoryContext) {
 *     db.set("greeting", "salut");
 *   }
 * }
 *
 * const report = await new Runner({ driver: new MemoryDriver(), migrations: [Greetings] }).migrate();
 * assertEquals(report.executed.map(({ id, order }) => [id, order]), [["greet", "0001.1"], ["translate", "0001.2"]]);
 * ```
 */
export function ChangeLog(
  attributes: ChangeLogAttributes = {},
): <Class extends ChangeUnitClass>(target: Class, context: ClassDecoratorContext<Class>) => void {
  return declareClass("ChangeLog", attributes);
}

/**
 * Makes a method of a class with `@ChangeLog` a change unit without a rollback.
 *
 * @deprecated Write a class with {@link ChangeUnit}, or a file of another form, for each change set.
 *
 * @example
 * ```ts
 * import { ChangeLog, ChangeSet, type MemoryContext } from "@denock/denock";
 *
 * @ChangeLog()
 * export default class Greetings {
 *   @ChangeSet({ id: "greet", order: "1", author: "ann", transactional: false })
 *   greet({ db }: MemoryContext) {
 *     db.set("greeting", "hello");
 *   }
 * }
 * ```
 */
export function ChangeSet(
  attributes: ChangeSetAttributes,
): <This, Method extends ClassMethod<This>>(method: Method, context: ClassMethodContext<This, Method>) => void {
  const declaration = { decorator: "ChangeSet", attributes: attributesFor("ChangeSet", attributes) };
  return (method, context) => declareMethod(method, context, declaration);
}
