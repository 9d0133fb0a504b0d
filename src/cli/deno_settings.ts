import { readIfThere } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** The `deno.json` of a project, as a text with comments that stay where they are. */
export interface DenoSettings {
  /** The name of the file. */
  readonly path: string;
  /** Its text; empty when it is not there. */
  readonly text: string;
}

/** What is added to a `deno.json`, by section. */
export type Additions = Readonly<Record<"imports" | "tasks", Readonly<Record<string, string>>>>;

/** Finds the `deno.json` or `deno.jsonc` of the working folder; without one it is a new `deno.json`. */
export async function findDenoSettings(): Promise<DenoSettings> {
  for (const path of ["deno.json", "deno.jsonc"]) {
    const text = await readIfThere(path);
    if (text !== undefined) return { path, text };
  }
  return { path: "deno.json", text: "" };
}

/**
 * Adds imports and tasks that are not there yet. What is there already stays as it is, and so do comments and indentation.
 *
 * @throws {UsageError} when the file is not what it should be.
 */
export async function addToDenoSettings({ path, text }: DenoSettings, additions: Additions): Promise<string> {
  // Only this takes it, so only this loads it.
  const { applyEdits, modify, parse } = await import("jsonc-parser");
  const errors: import("jsonc-parser").ParseError[] = [];
  const known: unknown = text === "" ? {} : parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split("\n").length;
    throw new UsageError(`The file ${path} is not valid JSON: line ${line}`, ["Correct it and run again"]);
  }
  const indentation = /^[ \t]+/m.exec(text)?.[0] ?? "  ";
  const formattingOptions = { insertSpaces: !indentation.includes("\t"), tabSize: indentation.length };
  let result = text === "" ? "{}\n" : text;
  for (const [section, members] of Object.entries(additions)) {
    const present = sectionOf(known, section, path);
    for (const [name, value] of Object.entries(members)) {
      if (name in present) continue;
      result = applyEdits(result, modify(result, [section, name], value, { formattingOptions }));
    }
  }
  return result;
}

function sectionOf(settings: unknown, section: string, path: string): object {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const found = isObject(settings) ? settings[section] ?? {} : undefined;
  if (isObject(found)) return found;
  const what = isObject(settings) ? `has "${section}" that is no object` : "is no object";
  throw new UsageError(`The file ${path} ${what}`, ["Correct it and run again"]);
}
