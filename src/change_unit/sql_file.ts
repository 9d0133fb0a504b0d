import { nearest } from "./nearest.ts";
import type { SqlScript } from "./sql_method.ts";

/** Something that a SQL file says of itself: `-- denock: <name>=<value>`. */
export interface SqlAttribute {
  /** Its line, from 1. */
  readonly line: number;
  /** The name. */
  readonly name: string;
  /** The value, without quotes around it. */
  readonly value: string;
}

/** A SQL file, taken apart. */
export interface SqlFile {
  /** What it says of itself. */
  readonly attributes: readonly SqlAttribute[];
  /** What stands in front of the line `-- denock: rollback`, or everything. */
  readonly execution: SqlScript;
  /** What stands behind that line, or null without one. */
  readonly rollback: SqlScript | null;
  /** What is wrong with its lines for Denock. */
  readonly violations: readonly string[];
}

const ROLLBACK = "rollback";
const DIRECTIVE = /^\s*--\s*denock\s*:\s*(.*?)\s*$/i;
const ATTRIBUTE = /^([A-Za-z]+)\s*=\s*(.*)$/;
const COMMENT_LINE = /^\s*(?:--.*)?$/;

/**
 * Takes a SQL file apart. Only lines that begin with `-- denock:` mean something to Denock; the statements are the database's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSqlFile } from "./sql_file.ts";
 *
 * const text = "-- denock: author=ann\nCREATE TABLE a (b);\n-- denock: rollback\nDROP TABLE a;\n";
 * const { attributes, rollback } = parseSqlFile("0001_create_a.sql", text, ["author"]);
 * assertEquals(attributes, [{ line: 1, name: "author", value: "ann" }]);
 * assertEquals(rollback, { file: "0001_create_a.sql", line: 4, text: "DROP TABLE a;\n" });
 * ```
 */
export function parseSqlFile(file: string, text: string, known: readonly string[]): SqlFile {
  const lines = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split("\n");
  const attributes: SqlAttribute[] = [];
  const violations: string[] = [];
  let marker: number | undefined;
  let hasBegun = false;
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    const directive = DIRECTIVE.exec(content)?.[1];
    if (directive === undefined) {
      hasBegun ||= !COMMENT_LINE.test(content);
    } else if (directive === ROLLBACK) {
      if (marker === undefined) marker = line;
      else {violations.push(
          `Line ${line} is \`-- denock: rollback\` again: there can be one only, and line ${marker} is it`,
        );}
    } else {
      const attribute = readAttribute(line, directive);
      if (attribute === undefined) violations.push(unknownDirective(line, directive, known));
      else if (hasBegun || marker !== undefined) violations.push(tooLate(attribute));
      else attributes.push(attribute);
    }
  }
  const part = (from: number, to: number | undefined): SqlScript => (
    { file, line: from, text: lines.slice(from - 1, to).join("\n") }
  );
  const execution = part(1, marker === undefined ? undefined : marker - 1);
  return { attributes, execution, rollback: marker === undefined ? null : part(marker + 1, undefined), violations };
}

/**
 * Whether a script has nothing to run: comments, spaces and semicolons alone. What MySQL runs out of comments counts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isEmptyScript } from "./sql_file.ts";
 *
 * assert(isEmptyScript("-- nothing yet\n;"));
 * ```
 */
export function isEmptyScript(text: string): boolean {
  return text.replace(/--.*$/gm, "").replace(/\/\*(?!!)[\s\S]*?\*\//g, "").replace(/[\s;]+/g, "") === "";
}

function readAttribute(line: number, directive: string): SqlAttribute | undefined {
  const [, name, value = ""] = ATTRIBUTE.exec(directive) ?? [];
  if (name === undefined) return undefined;
  return { line, name, value: /^"(.*)"$/.exec(value)?.[1] ?? value };
}

function unknownDirective(line: number, directive: string, known: readonly string[]): string {
  const word = /^[A-Za-z]*/.exec(directive)?.[0] ?? "";
  const suggestion = nearest(word, [ROLLBACK, ...known]);
  const meant = suggestion === undefined || suggestion === ROLLBACK ? suggestion : `${suggestion}=…`;
  return `Line ${line} is neither \`-- denock: rollback\` nor \`-- denock: <name>=<value>\`` +
    (meant === undefined ? "" : `: did you mean \`-- denock: ${meant}\``);
}

function tooLate({ line, name }: SqlAttribute): string {
  return `Line ${line}, \`${name}\`, must stand at the top, in front of the first statement`;
}
