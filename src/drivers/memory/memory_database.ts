import type { Guard } from "../../driver.ts";

/** A small key-value database: what a change unit on a {@link MemoryDriver} gets as `db`. */
export class MemoryDatabase {
  readonly #guard: Guard;
  readonly #read: () => ReadonlyMap<string, unknown>;
  readonly #write: (data: ReadonlyMap<string, unknown>) => void;

  /** Makes a database over data that is read and replaced by two functions. */
  constructor(
    guard: Guard,
    read: () => ReadonlyMap<string, unknown>,
    write: (data: ReadonlyMap<string, unknown>) => void,
  ) {
    this.#guard = guard;
    this.#read = read;
    this.#write = write;
  }

  /** The value of a key, or undefined. */
  get(key: string): unknown {
    this.#guard();
    return structuredClone(this.#read().get(key));
  }

  /** All keys. */
  keys(): string[] {
    this.#guard();
    return [...this.#read().keys()];
  }

  /** Gives a key a value. */
  set(key: string, value: unknown): void {
    this.#guard();
    this.#write(new Map(this.#read()).set(key, structuredClone(value)));
  }

  /** Removes a key. */
  delete(key: string): void {
    this.#guard();
    const data = new Map(this.#read());
    data.delete(key);
    this.#write(data);
  }
}
