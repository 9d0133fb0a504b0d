/** What the name of a file in the migrations folder says about it. */
export type FileName =
  | { readonly kind: "change"; readonly order: string; readonly id: string }
  | { readonly kind: "undo"; readonly change: string }
  | { readonly kind: "ignored" }
  | { readonly kind: "invalid"; readonly reason: string };

const CHANGE = /^(\d+(?:\.\d+)*)_([A-Za-z0-9][A-Za-z0-9_-]*)\.(?:ts|js|mts|mjs|sql)$/;
const UNDO_ENDING = /\.undo\.sql$/;
const SCRIPT = /\.(?:ts|js|mts|mjs|cts|cjs|tsx|jsx|sql)$/i;
const RUNNABLE = /\.(?:ts|js|mts|mjs|sql)$/;
const TEST_OR_TYPES = /(?:[_.]test\.[cm]?[jt]sx?|\.d\.[cm]?ts)$/i;

/**
 * Reads a file name. Known non-changes are ignored; any other script must be named `<order>_<id>.ts` or `<order>_<id>.sql`,
 * because a change unit that is passed over in silence is worse than a complaint.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseFileName } from "./file_name.ts";
 *
 * assertEquals(parseFileName("0001_create_users.ts"), { kind: "change", order: "0001", id: "create_users" });
 * assertEquals(parseFileName("_shared.ts"), { kind: "ignored" });
 * assertEquals(parseFileName("0001-create_users.ts").kind, "invalid");
 * ```
 */
export function parseFileName(name: string): FileName {
  const [, order, id] = CHANGE.exec(name) ?? [];
  // Where there are thousands, nearly all end here.
  if (order !== undefined && id !== undefined && !TEST_OR_TYPES.test(name)) return { kind: "change", order, id };
  if (name.startsWith(".") || name.startsWith("_") || !SCRIPT.test(name)) return { kind: "ignored" };
  if (TEST_OR_TYPES.test(name) || /^manifest\.(?:ts|js|mts|mjs)$/.test(name)) return { kind: "ignored" };
  const change = name.replace(UNDO_ENDING, ".sql");
  if (change !== name && CHANGE.test(change)) return { kind: "undo", change };
  return { kind: "invalid", reason: reasonOf(name) };
}

/**
 * Whether a file is one of SQL.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isSqlFile } from "./file_name.ts";
 *
 * assert(isSqlFile("0001_create_users.sql"));
 * ```
 */
export function isSqlFile(file: string | null): file is string {
  return file !== null && file.endsWith(".sql");
}

/**
 * Whether a change unit shares its file with others: the order of a change set is not that of its file but below it.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { sharesFile } from "./file_name.ts";
 *
 * assert(sharesFile({ file: "0001_clients.ts", order: "0001.1" }));
 * assert(!sharesFile({ file: "0001_create_clients.ts", order: "0001" }));
 * ```
 */
export function sharesFile({ file, order }: { readonly file: string | null; readonly order: string }): boolean {
  // Where there are thousands, nearly all end here.
  if (file === null || file.startsWith(`${order}_`)) return false;
  const name = parseFileName(file);
  return name.kind === "change" && name.order !== order;
}

function reasonOf(name: string): string {
  if (!RUNNABLE.test(name)) return "its ending is not .ts, .js, .mts, .mjs or .sql";
  if (!/^\d/.test(name)) return "it does not begin with an order such as 0001";
  if (!/^\d+(?:\.\d+)*_/.test(name)) return "its order (digits, or digits with dots) is not followed by an underscore";
  if (/^[\d.]+_[^A-Za-z0-9]/.test(name)) return "its id does not begin with a letter or a digit";
  return "its id has something other than letters, digits, underscores and hyphens";
}
