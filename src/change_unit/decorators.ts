import type { ChangeUnitAttributes } from "./change_unit.ts";
import type { ChangeUnitClass } from "./declarations.ts";
import { type ClassMethod, type ClassMethodContext, declareClass, declareMethod } from "./declare.ts";

/** What a class says about itself in `@ChangeUnit`. */
export interface ClassAttributes extends ChangeUnitAttributes {
  /** Why it cannot be rolled back; only for a class without `@RollbackExecution`. */
  readonly irreversible?: string;
}

/**
 * Makes a class a change unit: the default export of a file, or an element of a list. It has a method with `@Execution` and one
 * with `@RollbackExecution`, and may have a pair with `@BeforeExecution` and `@RollbackBeforeExecution`; inherited methods
 * count. In a folder, id and order come from the name of the file.
 *
 * There is one instance for each execution, made right before its first method; it serves the before step, the execution,
 * both rollbacks, and all attempts after write conflicts. Its constructor is given the context, as each method is. What it
 * keeps of that goes on working: an object or a function such as `db` always leads to that of the method that is running, so
 * that what `@Execution` does is part of its transaction. A text or a number stays what it was: `attempt` is for methods to
 * read, and so is what is not there in each of them, as the `session` of MongoDB. A constructor does no work in the database.
 *
 * The decorators are those of the language: they need no compiler option, and `experimentalDecorators` must not be set. The
 * file must be TypeScript (`.ts` or `.mts`), because Deno does not take decorators in JavaScript. Other decorators of a method
 * stand below these.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   ChangeUnit,
 *   Execution,
 *   type MemoryContext,
 *   type MemoryDatabase,
 *   MemoryDriver,
 *   RollbackExecution,
 *   Runner,
 * } from "@denock/denock";
 *
 * @ChangeUnit({ id: "greet", order: "0001", author: "ann" }) // a file needs neither id nor order
 * class Greet {
 *   readonly #db: MemoryDatabase;
 *
 *   constructor({ db }: MemoryContext) {
 *     this.#db = db;
 *   }
 *
 *   @Execution
 *   greet() {
 *     this.#db.set("greeting", "hello");
 *   }
 *
 *   @RollbackExecution
 *   forget() {
 *     this.#db.delete("greeting");
 *   }
 * }
 *
 * const report = await new Runner({ driver: new MemoryDriver(), migrations: [Greet] }).migrate();
 * assertEquals(report.executed.map(({ id }) => id), ["greet"]);
 * ```
 */
export function ChangeUnit(
  attributes: ClassAttributes = {},
): <Class extends ChangeUnitClass>(target: Class, context: ClassDecoratorContext<Class>) => void {
  return declareClass("ChangeUnit", attributes);
}

/**
 * Marks the method that makes the change.
 *
 * @example
 * ```ts
 * import { ChangeUnit, Execution, type MemoryContext } from "@denock/denock";
 *
 * @ChangeUnit({ irreversible: "nobody knows what was there before" })
 * export default class Greet {
 *   @Execution
 *   greet({ db }: MemoryContext) {
 *     db.set("greeting", "hello");
 *   }
 * }
 * ```
 */
export function Execution<This, Method extends ClassMethod<This>>(
  method: Method,
  context: ClassMethodContext<This, Method>,
): void {
  declareMethod(method, context, { decorator: "Execution", attributes: {} });
}

/**
 * Marks the method that undoes what the one with `@Execution` did.
 *
 * @example
 * ```ts
 * import { ChangeUnit, Execution, type MemoryContext, RollbackExecution } from "@denock/denock";
 *
 * @ChangeUnit()
 * export default class Greet {
 *   @Execution
 *   greet({ db }: MemoryContext) {
 *     db.set("greeting", "hello");
 *   }
 *
 *   @RollbackExecution
 *   forget({ db }: MemoryContext) {
 *     db.delete("greeting");
 *   }
 * }
 * ```
 */
export function RollbackExecution<This, Method extends ClassMethod<This>>(
  method: Method,
  context: ClassMethodContext<This, Method>,
): void {
  declareMethod(method, context, { decorator: "RollbackExecution", attributes: {} });
}

/**
 * Marks the method that runs before the one with `@Execution` and outside its transaction.
 *
 * @example
 * ```ts
 * import { BeforeExecution, ChangeUnit, Execution, RollbackBeforeExecution } from "@denock/denock";
 * import type { SqliteContext } from "@denock/denock/sqlite";
 *
 * @ChangeUnit({ irreversible: "nobody knows who was there before" })
 * export default class CreateClients {
 *   @BeforeExecution
 *   makeTable({ db }: SqliteContext) {
 *     db.exec("CREATE TABLE clients (name TEXT)");
 *   }
 *
 *   @RollbackBeforeExecution
 *   dropTable({ db }: SqliteContext) {
 *     db.exec("DROP TABLE clients");
 *   }
 *
 *   @Execution
 *   fill({ db }: SqliteContext) {
 *     db.exec("INSERT INTO clients VALUES ('ann')");
 *   }
 * }
 * ```
 */
export function BeforeExecution<This, Method extends ClassMethod<This>>(
  method: Method,
  context: ClassMethodContext<This, Method>,
): void {
  declareMethod(method, context, { decorator: "BeforeExecution", attributes: {} });
}

/**
 * Marks the method that undoes what the one with `@BeforeExecution` did.
 *
 * @example
 * ```ts
 * import { BeforeExecution, type MemoryContext, RollbackBeforeExecution } from "@denock/denock";
 *
 * // A class that others extend: methods are inherited with their decorators.
 * export class WithLog {
 *   @BeforeExecution
 *   begin({ db, changeUnit }: MemoryContext) {
 *     db.set(`${changeUnit.id} begun`, true);
 *   }
 *
 *   @RollbackBeforeExecution
 *   forget({ db, changeUnit }: MemoryContext) {
 *     db.delete(`${changeUnit.id} begun`);
 *   }
 * }
 * ```
 */
export function RollbackBeforeExecution<This, Method extends ClassMethod<This>>(
  method: Method,
  context: ClassMethodContext<This, Method>,
): void {
  declareMethod(method, context, { decorator: "RollbackBeforeExecution", attributes: {} });
}
