/** A bug that is planted on purpose, and the test that must find it. */
export interface Mutant {
  /** Its name, in words. */
  readonly name: string;
  /** The file it is planted in. */
  readonly file: string;
  /** The text that is replaced; it occurs once in the file. */
  readonly find: string;
  /** What stands there instead. */
  readonly replace: string;
  /** Why that is a bug. */
  readonly why: string;
  /** A test that fails with it, and the file with that test. */
  readonly caughtBy: { readonly file: string; readonly test: string };
}

/**
 * Plants a mutant in the text of its file.
 *
 * @throws {Error} when its text does not occur exactly once: the list must be brought up to date then.
 */
export function plant({ name, file, find, replace }: Mutant, text: string): string {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(`The text of the mutant "${name}" occurs ${parts.length - 1} times in ${file}: it must occur once`);
}
