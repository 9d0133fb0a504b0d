/**
 * Loads a module when it is needed for the first time, and keeps it: a start with nothing to do needs few of them.
 *
 * @example
 * ```ts
 * import { lazily } from "./lazily.ts";
 *
 * const errors = lazily(() => import("./errors.ts"));
 * console.log(typeof (await errors()).MigrationError);
 * ```
 */
export function lazily<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => loaded ??= load();
}
