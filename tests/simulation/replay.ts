import type { Mode } from "./scenario.ts";

/** The line that lives one life again and shows its trace. */
export function replayOf({ seed, mode }: { readonly seed: number; readonly mode: Mode }): string {
  return `deno task simulate --mode ${mode} --seed ${seed}`;
}
