import type { ChangeContext } from "../change_unit/context.ts";
import { nearest } from "../change_unit/nearest.ts";
import { MigrationError } from "../errors.ts";

/**
 * Makes a dependency anew for each method of a change unit, out of what that method gets. What is built on the `db` of the
 * context is part of the transaction.
 *
 * @typeParam Context What the factory needs, for example `{ db: Db }`.
 * @typeParam Value What it makes.
 */
export class Factory<Context extends object, Value> {
  /** Makes the dependency. */
  readonly make: (context: Context) => Value;

  /** Wraps the function; see {@link factory}. */
  constructor(make: (context: Context) => Value) {
    this.make = make;
  }
}

/**
 * Registers a dependency that is made anew for each method of a change unit, out of what that method gets.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { factory, type MemoryContext, MemoryDriver, Runner } from "@denock/denock";
 *
 * const runner = Runner.builder()
 *   .driver(new MemoryDriver())
 *   .dependency("greetings", factory(({ db }: MemoryContext) => ({ add: (name: string) => db.set(name, "hello") })))
 *   .migrations([{
 *     id: "greet",
 *     order: "0001",
 *     execution: ({ greetings }) => greetings.add("ann"),
 *     irreversible: "it was said",
 *   }])
 *   .build();
 * assertEquals((await runner.migrate()).executed.length, 1);
 * ```
 */
export function factory<Context extends object, Value>(make: (context: Context) => Value): Factory<Context, Value> {
  return new Factory(make);
}

/** Dependencies as change units get them: what factories make, and everything else as it is. */
export type Resolved<Dependencies> = {
  readonly [Name in keyof Dependencies]: Dependencies[Name] extends Factory<infer _, infer Value> ? Value
    : Dependencies[Name];
};

/** Dependencies by name: any value, or a {@link Factory}. */
export type Dependencies = Readonly<Record<string, unknown>>;

/** Names that the core gives to every change unit. */
const CORE_NAMES: Readonly<Record<keyof ChangeContext, true>> = {
  changeUnit: true,
  executionId: true,
  attempt: true,
  signal: true,
  metadata: true,
  log: true,
  progress: true,
};

/** What the language asks any object for. */
const ASKED_OF_ANY_OBJECT: readonly string[] = ["then", "toJSON", "nodeType", "tagName", "asymmetricMatch"];

/**
 * Refuses dependencies with names that are given already.
 *
 * @throws {TypeError} naming them.
 */
export function checkDependencyNames(dependencies: Dependencies, given: object): void {
  const taken = Object.keys(dependencies).filter((name) => Object.hasOwn(CORE_NAMES, name) || name in given);
  if (taken.length === 0) return;
  throw new TypeError(`A dependency cannot be called ${taken.join(" or ")}: every change unit gets that already`);
}

/** Adds dependencies to what a change unit gets. Factories are called at the first use. */
export function addDependencies(context: object, dependencies: Dependencies): object {
  const complete = Object.defineProperties(
    { ...context },
    Object.fromEntries(
      Object.entries(dependencies).map(([name, value]) => [name, describe(value, () => guarded)]),
    ),
  );
  const guarded: object = refuseUnknownNames(complete);
  return guarded;
}

function describe(value: unknown, context: () => object): PropertyDescriptor {
  if (!(value instanceof Factory)) return { value, enumerable: true };
  let made: { readonly value: unknown } | undefined;
  return { get: () => (made ??= { value: value.make(context()) }).value, enumerable: true };
}

/** A name that nobody has registered is a mistake that should not show up as undefined three lines later. */
function refuseUnknownNames(context: object): object {
  return new Proxy(context, {
    get(target, name) {
      if (name in target || typeof name === "symbol" || ASKED_OF_ANY_OBJECT.includes(name)) {
        return Reflect.get(target, name);
      }
      const known = Object.keys(target);
      const suggestion = nearest(name, known);
      const hint = suggestion === undefined ? "" : `; did you mean "${suggestion}"`;
      throw new MigrationError(
        "DEPENDENCY_UNKNOWN",
        `Nothing called "${name}" is registered: a change unit gets ${known.toSorted().join(", ")}${hint}`,
      );
    },
  });
}
