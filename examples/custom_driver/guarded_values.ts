import type { Guard } from "@denock/denock";

/** What change units do with the values; null stands for a key that is not there. */
export interface Values {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

/** Makes values out of a way to read and a way to write; the guard is asked right before every use. */
export function guardedValues(
  guard: Guard,
  read: (key: string) => unknown,
  write: (key: string, value: unknown) => void | Promise<void>,
): Values {
  return {
    async get(key) {
      guard();
      return await read(key) ?? null;
    },
    async set(key, value) {
      guard();
      await write(key, value);
    },
  };
}
