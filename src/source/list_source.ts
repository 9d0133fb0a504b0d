import type { ChangeUnitDefinition, ListedChange } from "../change_unit/change_unit.ts";
import { type ChangeUnitClass, declarationsOf, isClass } from "../change_unit/declarations.ts";
import { ORDER_PATTERN } from "../change_unit/order.ts";
import type { ChangeUnitReading } from "../change_unit/read_change_unit.ts";
import { lazily } from "../lazily.ts";
import type { Problem } from "../report.ts";
import type { ChangeSource, SourceListing } from "./source.ts";

const reading = lazily(() => import("../change_unit/read_change_unit.ts"));

/** A change unit from memory states its id and order itself. */
export type ListedDefinition<Context> = ChangeUnitDefinition<Context> & {
  /** The id. */
  readonly id: string;
  /** The order: digits, or digits with dots. */
  readonly order: string;
};

/** A class in a list states its id and order in its decorator: `@ChangeUnit({ id, order })` or `@ChangeLog({ order })`. */
export type ListedClass<Context> = new (context: Context) => object;

/** What a list can hold: objects and classes. */
export type ListedUnit<Context> = ListedDefinition<Context> | ListedClass<Context>;

/**
 * A source of change units that are already in memory: for tests, and for programs that are bundled into one file. They have
 * no source text, hence no checksum, and an edit goes unnoticed.
 *
 * @typeParam Context What the methods of the change units are given.
 *
 * @example
 * ```ts
 * import { ListSource } from "@denock/denock";
 *
 * const source = new ListSource([{
 *   id: "create_greeting",
 *   order: "0001",
 *   execution: () => {},
 *   irreversible: "it does nothing",
 * }]);
 * console.log((await source.list()).changes.length);
 * ```
 */
export class ListSource<Context extends object = object> implements ChangeSource {
  /** What people call it. */
  readonly name = "the list of change units";
  readonly #definitions: ReadonlyMap<ListedChange, unknown>;
  readonly #problems: readonly Problem[];

  /** Makes a source out of change units. */
  constructor(definitions: readonly ListedUnit<Context>[]) {
    const listed = new Map<ListedChange, unknown>();
    const problems: Problem[] = [];
    for (const definition of definitions) {
      const { id, order, author }: Place = isClass(definition) ? listClass(definition) : definition;
      if (isText(id) && isOrder(order)) {
        listed.set({ id, order, author: isText(author) ? author : null, file: null, checksum: null }, definition);
      } else {
        problems.push(withoutPlace(definition, { id, order }));
      }
    }
    this.#definitions = listed;
    this.#problems = problems;
  }

  /** Lists the change units. */
  list(): Promise<SourceListing> {
    return Promise.resolve({ changes: [...this.#definitions.keys()], problems: this.#problems });
  }

  /** Reads the definitions of change units. */
  async load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]> {
    const { readDefinition } = await reading();
    return changes.map((change) => readDefinition(this.#definitions.get(change), change, defaultAuthor));
  }
}

/** Where a change unit says that it belongs; nobody has looked at that yet. */
interface Place {
  readonly id?: unknown;
  readonly order?: unknown;
  readonly author?: unknown;
}

/** The id of a class with `@ChangeLog` is only there until its change sets take its place. */
function listClass(definition: ChangeUnitClass): Place {
  const [declaration] = declarationsOf(definition);
  const { id, order, author } = declaration?.attributes ?? {};
  return declaration?.decorator === "ChangeLog" ? { id: definition.name || "ChangeLog", order } : { id, order, author };
}

function withoutPlace(definition: unknown, { id, order }: Place): Problem {
  const [name, remedy] = isClass(definition)
    ? [
      `The class \`${definition.name}\``,
      'Give it both: `@ChangeUnit({ id: "…", order: "0001" })`, or `@ChangeLog({ order: "0001" })`',
    ]
    : ["A change unit", "Give it an id, and an order of digits or digits with dots, such as 0001"];
  const message = `${name} in the list has the id "${id}" and the order "${order}"`;
  return { code: "CHANGE_UNIT_INVALID", severity: "error", message, remedies: [remedy], files: [] };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isOrder(order: unknown): order is string {
  return typeof order === "string" && ORDER_PATTERN.test(order);
}
