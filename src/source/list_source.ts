import type { ChangeUnitDefinition, ListedChange } from "../change_unit/change_unit.ts";
import { ORDER_PATTERN } from "../change_unit/order.ts";
import { type ChangeUnitReading, readDefinition } from "../change_unit/read_change_unit.ts";
import type { Problem } from "../report.ts";
import type { ChangeSource, SourceListing } from "./source.ts";

/** A change unit from memory states its id and order itself. */
export type ListedDefinition<Context> = ChangeUnitDefinition<Context> & {
  /** The id. */
  readonly id: string;
  /** The order: digits, or digits with dots. */
  readonly order: string;
};

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
  constructor(definitions: readonly ListedDefinition<Context>[]) {
    const wrong = definitions.filter(({ id, order }) => typeof id !== "string" || id === "" || !isOrder(order));
    this.#problems = wrong.map(({ id, order }) => ({
      code: "CHANGE_UNIT_INVALID",
      severity: "error",
      message: `A change unit in the list has the id "${id}" and the order "${order}"`,
      remedies: ["Give it an id, and an order of digits or digits with dots, such as 0001"],
      files: [],
    }));
    this.#definitions = new Map(
      definitions.filter((definition) => !wrong.includes(definition)).map((definition) => {
        const { id, order, author } = definition;
        return [{ id, order, author: author ?? null, file: null, checksum: null }, definition];
      }),
    );
  }

  /** Lists the change units. */
  list(): Promise<SourceListing> {
    return Promise.resolve({ changes: [...this.#definitions.keys()], problems: this.#problems });
  }

  /** Reads the definitions of change units. */
  load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]> {
    return Promise.resolve(
      changes.map((change) => readDefinition(this.#definitions.get(change), change, defaultAuthor)),
    );
  }
}

function isOrder(order: unknown): boolean {
  return typeof order === "string" && ORDER_PATTERN.test(order);
}
