/**
 * What docs/security.md promises, to be tried out.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";

const page = Deno.readTextFileSync(new URL("../../docs/security.md", import.meta.url));

/** The command lines of a section, as lists of words without `deno`. */
export function linesOf(section: string): string[][] {
  const lines = textOf(section).matchAll(/^deno (run --no-prompt .+)$/gm);
  return Array.from(
    lines,
    ([, line = ""]) => Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, word]) => quoted ?? word ?? ""),
  );
}

/** The script of a section. */
export function scriptOf(section: string): string {
  return /^```js ignore\n([\s\S]*?)^```/m.exec(textOf(section))?.[1] ?? "";
}

/** The scripts of a section that are SQL, in order. */
export function sqlOf(section: string): string[] {
  return Array.from(textOf(section).matchAll(/^```sql\n([\s\S]*?)^```/gm), ([, script = ""]) => script);
}

function textOf(section: string): string {
  const [, text = ""] = page.split(new RegExp(`^#+ ${section}$`, "m"));
  return text.split(/^#+ /m)[0] ?? "";
}

/** The line with the command line of this working copy in place of the published one. */
export function here(line: readonly string[]): string[] {
  const file = (path: string) => fromFileUrl(new URL(`../../${path}`, import.meta.url));
  return line.flatMap((word) =>
    word === "jsr:@denock/denock/cli" ? [`--config=${file("deno.json")}`, file("src/cli/main.ts")] : [word]
  );
}

/** The same line, each time with one permission less. */
export function withOneLess(line: readonly string[]): string[][] {
  return line.flatMap((word, index) => {
    if (!/^--(?:allow|ignore)-/.test(word)) return [];
    const [flag = "", list = ""] = word.split("=");
    const values = list.split(",");
    return values.map((value) => {
      const left = values.filter((each) => each !== value);
      return left.length === 0 ? line.toSpliced(index, 1) : line.with(index, `${flag}=${left.join(",")}`);
    });
  });
}

/** The permissions of a line. */
export function permissionsOf(line: readonly string[]): string {
  return line.filter((word) => /^--(?:allow|ignore)-/.test(word)).join(" ");
}
