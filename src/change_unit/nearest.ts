/**
 * Finds the word that somebody most likely meant, or undefined when none is close.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nearest } from "./nearest.ts";
 *
 * assertEquals(nearest("exection", ["execution", "author"]), "execution");
 * assertEquals(nearest("up", ["execution", "author"]), undefined);
 * ```
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({ candidate, distance: distanceOf(word, candidate) }));
  const best = distances.toSorted((left, right) => left.distance - right.distance)[0];
  return best !== undefined && best.distance <= Math.max(1, word.length / 3) ? best.candidate : undefined;
}

/** The number of letters to add, remove or replace, without regard to case. */
function distanceOf(left: string, right: string): number {
  const target = right.toLowerCase();
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const [position, letter] of Array.from(left.toLowerCase()).entries()) {
    const next = [position + 1];
    for (let index = 0; index < target.length; index++) {
      const replaced = (row[index] ?? 0) + (target[index] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
