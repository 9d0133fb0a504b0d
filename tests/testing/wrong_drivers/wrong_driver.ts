import type { Driver, MemoryDriverContext, MemoryStore } from "../../../mod.ts";

/** A driver that breaks one rule. */
export interface WrongDriver {
  /** What it does, as the end of a sentence that begins with "a driver that". */
  readonly what: string;
  /** The cases that notice, each as the beginning of `group: rule`. */
  readonly noticedBy: readonly string[];
  /** Makes it out of a right driver; drivers on one store are several processes on one database. */
  readonly spoil: (right: Driver<MemoryDriverContext>, store: MemoryStore) => Driver<MemoryDriverContext>;
}

/** A driver that is like another one but for some members. */
export function alter<Context extends object>(
  right: Driver<Context>,
  changes: Partial<Driver<Context>>,
): Driver<Context> {
  return new Proxy(right, {
    get(target, name) {
      const changed: unknown = Reflect.get(changes, name);
      if (changed !== undefined) return changed;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
