import type { ListedChange } from "../change_unit/change_unit.ts";
import { sha256 } from "../change_unit/checksum.ts";
import { isSqlFile, parseFileName } from "../change_unit/file_name.ts";
import type { ChangeUnitReading } from "../change_unit/read_change_unit.ts";
import { sqlChecksumOf } from "../change_unit/sql_checksum.ts";
import { lazily } from "../lazily.ts";
import type { Problem } from "../report.ts";
import type { ChangeSource, SourceListing, SourceSnapshot } from "./source.ts";

const reading = lazily(() => import("../change_unit/read_change_unit.ts"));
const sqlReading = lazily(() => import("../change_unit/read_sql_file.ts"));

/** A row of a manifest: one change unit. */
export interface ManifestRow {
  /** The name of its file. */
  readonly file: string;
  /** The checksum of its source text at the time when the manifest was made. */
  readonly checksum: string;
  /** Imports it by a literal specifier: `() => import("./0001_create_users.ts")`. */
  readonly load: () => Promise<unknown>;
  /** Imports the text of the file that undoes it, where a change unit in SQL has one beside its own. */
  readonly undo?: () => Promise<unknown>;
}

const CHECKSUM = /^sha256:[0-9a-f]{64}$/;

/**
 * The change units of a manifest: a module of literal imports that `denock manifest` writes into the migrations folder. It
 * needs no directory listing and no permission to read, so it is what a program uses that is bundled, compiled, or runs
 * where no folder can be read. Only what a plan asks for is imported.
 *
 * The checksums of the manifest are what is compared with the history: nobody looks at the files again. With a stale manifest
 * a new file is not executed, and an edited one runs as it is now under the checksum that it had. So `denock manifest --check`
 * belongs into CI; it exits with 3 when the manifest is stale.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ManifestSource, MemoryDriver, Runner } from "@denock/denock";
 *
 * // This stands for: import manifest from "./migrations/manifest.ts";
 * const manifest = [{
 *   file: "0001_greet.ts",
 *   checksum: `sha256:${"0".repeat(64)}`,
 *   load: () => Promise.resolve({ execution: () => {}, irreversible: "a greeting cannot be taken back" }),
 * }];
 *
 * const runner = new Runner({ driver: new MemoryDriver(), migrations: new ManifestSource(manifest) });
 * assertEquals((await runner.migrate()).executed.map(({ id }) => id), ["greet"]);
 * ```
 */
export class ManifestSource implements ChangeSource {
  /** What people call it. */
  readonly name = "the manifest";
  readonly #changes: readonly ListedChange[];
  readonly #loads: ReadonlyMap<string, Pick<ManifestRow, "load" | "undo">>;
  readonly #problems: readonly Problem[];

  /**
   * Makes a source out of the default export of a manifest. What is wrong with a row is a problem of the listing.
   *
   * @throws {TypeError} when it is no list.
   */
  constructor(manifest: readonly ManifestRow[]) {
    if (!Array.isArray(manifest)) {
      const isModule = typeof manifest === "object" && manifest !== null && "default" in manifest;
      const advice = isModule
        ? 'pass its default export, as in `import manifest from "./manifest.ts"`'
        : "make it again";
      throw new TypeError(`Cannot use the manifest as it is not a list of rows: ${advice}`);
    }
    const readings = Array.from<unknown, RowReading>(manifest, readRow);
    this.#problems = readings.flatMap((reading) => "problem" in reading ? reading.problem : []);
    const rows = readings.flatMap((reading) => "problem" in reading ? [] : reading);
    this.#changes = rows.map(({ listed }) => listed);
    this.#loads = new Map(rows.map(({ listed, ...loads }) => [listed.file, loads]));
  }

  /** Lists the rows; nothing is read or imported. */
  list(): Promise<SourceListing> {
    return Promise.resolve({ changes: this.#changes, problems: this.#problems });
  }

  /** Takes the checksums of the rows for what they stand for. */
  async snapshot(): Promise<SourceSnapshot> {
    const rows = this.#changes.map(({ file, checksum }) => [file, checksum]);
    const digest = this.#problems.length === 0 ? await sha256(JSON.stringify(rows)) : null;
    return { digest, count: rows.length, list: () => this.list() };
  }

  /** Imports the modules of change units, one after the other, and reads them. */
  async load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]> {
    const readings: ChangeUnitReading[] = [];
    for (const change of changes) readings.push(await this.#loadOne(change, defaultAuthor));
    return readings;
  }

  async #loadOne(change: ListedChange, defaultAuthor: string): Promise<ChangeUnitReading> {
    const loads = this.#loads.get(change.file ?? "");
    if (loads === undefined) return { violations: ["It is not in the manifest"] };
    try {
      const module = await loads.load();
      if (isSqlFile(change.file)) return await readSql(module, await loads.undo?.(), change, defaultAuthor);
      if (!isRecord(module)) return { violations: ["`load` of its row must give a module"] };
      const { readModule } = await reading();
      return readModule(module, change, defaultAuthor);
    } catch (error) {
      return { violations: [`It cannot be loaded: ${error instanceof Error ? error.message : String(error)}`] };
    }
  }
}

/** Other than that of a module, the text of a SQL file can be compared with the manifest. */
async function readSql(
  module: unknown,
  undoModule: unknown,
  change: ListedChange,
  defaultAuthor: string,
): Promise<ChangeUnitReading> {
  const [text, undoText] = [textOf(module), undoModule === undefined ? null : textOf(undoModule)];
  if (text === undefined || undoText === undefined) {
    return { violations: ['`load` and `undo` of its row must import with `{ with: { type: "text" } }`'] };
  }
  if (await sqlChecksumOf({ text, undoText }) !== change.checksum) {
    return { violations: ["It was edited since the manifest was made: make that again with `denock manifest`"] };
  }
  const { readSqlFile } = await sqlReading();
  return readSqlFile({ text, undoText }, change, defaultAuthor);
}

function textOf(module: unknown): string | undefined {
  return isRecord(module) && typeof module.default === "string" ? module.default : undefined;
}

type RowReading =
  | Pick<ManifestRow, "load" | "undo"> & { readonly listed: ListedChange & { readonly file: string } }
  | { readonly problem: Problem };

function readRow(row: unknown, index: number): RowReading {
  const place = `Row ${index + 1} of the manifest`;
  if (!isRecord(row)) return invalidRow(`${place} must be an object with \`file\`, \`checksum\` and \`load\``);
  const { file, checksum, load, undo } = row;
  if (typeof file !== "string") return invalidRow(`${place} has no \`file\``);
  const name = parseFileName(file);
  if (name.kind !== "change") {
    const reason = name.kind === "invalid"
      ? name.reason
      : name.kind === "undo"
      ? `it undoes "${name.change}"`
      : "files with such names are ignored";
    const message = `${place} names the file "${file}", which is not a change unit, because ${reason}`;
    return invalidRow(message, { code: "FILE_NAME_INVALID", files: [file] });
  }
  if (typeof checksum !== "string" || !CHECKSUM.test(checksum)) {
    const message = `${place}, "${file}", has a \`checksum\` that is not \`sha256:\` and 64 hexadecimal digits`;
    return invalidRow(message, { files: [file] });
  }
  if (typeof load !== "function") {
    return invalidRow(`${place}, "${file}", has a \`load\` that is not a function`, { files: [file] });
  }
  if (undo !== undefined && typeof undo !== "function") {
    return invalidRow(`${place}, "${file}", has an \`undo\` that is not a function`, { files: [file] });
  }
  const { order, id } = name;
  const loads = { load: load as ManifestRow["load"], ...(undo && { undo: undo as ManifestRow["load"] }) };
  return { listed: { order, id, file, checksum, author: null }, ...loads };
}

function invalidRow(message: string, about: Partial<Pick<Problem, "code" | "files">> = {}): RowReading {
  const remedies = ["Make the manifest again: denock manifest"];
  return { problem: { code: "CHANGE_UNIT_INVALID", severity: "error", message, remedies, files: [], ...about } };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
