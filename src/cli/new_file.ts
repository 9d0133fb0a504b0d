import { parseFileName } from "../change_unit/file_name.ts";
import { compareOrders } from "../change_unit/order.ts";
import { UsageError } from "./usage_error.ts";

/** How orders are counted: `0001`, `0002`, … or by the time when the file was made, in UTC: `20261122093000`. */
export type OrderStyle = "sequence" | "timestamp";

/** What a new file is named from. */
export interface NewFileRequest {
  /** What a person calls the change. */
  readonly name: string;
  /** How orders are counted; by default as the newest file does it. */
  readonly style?: OrderStyle;
  /** The names of the files that are there. */
  readonly files: readonly string[];
  /** The time. */
  readonly now: Date;
  /**
   * What it is written in.
   *
   * @default {"ts"}
   */
  readonly ending?: "ts" | "sql";
}

/** The name of a new file, and what it says. */
export interface NewFile {
  /** The name. */
  readonly file: string;
  /** The order in it. */
  readonly order: string;
  /** The id in it. */
  readonly id: string;
  /** How the order was counted. */
  readonly style: OrderStyle;
}

interface ExistingFile {
  readonly file: string;
  readonly order: string;
}

/** File systems end at 255 bytes, and people long before that. */
const LONGEST_ID = 100;

/** Whoever makes several files in one second gets seconds of the near future; more than that is a clock that is wrong. */
const AHEAD_MS = 60_000;

/**
 * Names a new change unit so that it sorts behind all that are there.
 *
 * @throws {UsageError} when nothing is left of the name, or the file would not be the last one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nameNewFile } from "./new_file.ts";
 *
 * const { file } = nameNewFile({ name: "Add e-mails", files: ["0009_create_users.ts"], now: new Date() });
 * assertEquals(file, "0010_add_e_mails.ts");
 * ```
 */
export function nameNewFile({ name, style, files, now, ending = "ts" }: NewFileRequest): NewFile {
  const existing = files.flatMap((file): ExistingFile[] => {
    const found = parseFileName(file);
    return found.kind === "change" ? [{ file, order: found.order }] : [];
  }).toSorted((left, right) => compareOrders(left.order, right.order));
  const newest = existing.at(-1);
  const chosen = style ?? (newest !== undefined && timeOf(newest.order) !== undefined ? "timestamp" : "sequence");
  const order = chosen === "timestamp" ? nextTimestamp(existing, now) : nextInSequence(existing);
  const id = normaliseName(name);
  const file = `${order}_${id}.${ending}`;
  if (newest !== undefined && compareOrders(order, newest.order) <= 0) throw notLast(file, newest.file, chosen);
  if (parseFileName(file).kind !== "change") {
    throw new UsageError(`The file ${file} would count as a test and be ignored`, ["Give it a name with another end"]);
  }
  return { file, order, id, style: chosen };
}

/**
 * Turns what a person calls a change into an id in lower snake case.
 *
 * @throws {UsageError} when nothing is left, or too much.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { normaliseName } from "./new_file.ts";
 *
 * assertEquals(normaliseName("Add índex to userEmails.ts"), "add_index_to_user_emails");
 * ```
 */
export function normaliseName(name: string): string {
  const id = name.trim().normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/\.(?:[mc]?[jt]s|sql)$/i, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  if (id === "") {
    const message = `Nothing is left of the name "${name}": an id is made of the letters a to z and digits`;
    throw new UsageError(message, ["For example: denock create create_users"]);
  }
  if (id.length > LONGEST_ID) {
    throw new UsageError(`The name has ${id.length} characters and may have ${LONGEST_ID}`, ["Give it a shorter one"]);
  }
  return id;
}

/** The number behind the highest one, as wide as it; of an order with dots the last number counts. */
function nextInSequence(existing: readonly ExistingFile[]): string {
  const numbers = existing.filter(({ order }) => timeOf(order) === undefined);
  const parts = (numbers.at(-1)?.order ?? "0000").split(".");
  const last = parts.at(-1) ?? "";
  return [...parts.slice(0, -1), (BigInt(last) + 1n).toString().padStart(last.length, "0")].join(".");
}

function nextTimestamp(existing: readonly ExistingFile[], now: Date): string {
  const newest = timeOf(existing.at(-1)?.order ?? "") ?? 0;
  const behind = newest + 1000;
  return timestampOf(behind > now.getTime() && newest - now.getTime() < AHEAD_MS ? behind : now.getTime());
}

function timestampOf(time: number): string {
  return new Date(time).toISOString().replace(/\D/g, "").slice(0, 14);
}

/** The time that an order stands for, in milliseconds; undefined when it is not one. */
function timeOf(order: string): number | undefined {
  if (!/^\d{14}$/.test(order)) return undefined;
  const time = Date.parse(order.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z"));
  return time >= 0 && timestampOf(time) === order ? time : undefined;
}

function notLast(file: string, later: string, style: OrderStyle): UsageError {
  const remedy = style === "sequence"
    ? "Leave --sequence out: the newest file has a time stamp"
    : "Check the clock, and the order of that file";
  return new UsageError(`The file ${file} would not be the last one, because ${later} comes later`, [remedy]);
}
