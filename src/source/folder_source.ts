import { fromFileUrl, join, relative, resolve, toFileUrl } from "@std/path";
import type { ListedChange } from "../change_unit/change_unit.ts";
import { checksumOf } from "../change_unit/checksum.ts";
import { type FileName, isSqlFile, parseFileName } from "../change_unit/file_name.ts";
import { type ChangeUnitReading, readModule } from "../change_unit/read_change_unit.ts";
import { readSqlFile, sqlChecksumOf, type SqlTexts } from "../change_unit/read_sql_file.ts";
import { SourceError } from "../errors.ts";
import type { Problem } from "../report.ts";
import { importModules } from "./import_modules.ts";
import type { ChangeSource, SourceListing } from "./source.ts";

const FILES_READ_AT_ONCE = 64;

/** A file of the folder, and what its name says. */
interface FolderEntry extends Deno.DirEntry {
  readonly parsed: FileName;
}

/**
 * A folder of change units, one a file, named `<order>_<id>.ts`. Listing reads and hashes the files; only those that a plan
 * asks for are imported. Sub-folders are not looked into.
 *
 * @example
 * ```ts ignore
 * import { FolderSource, MemoryDriver, Runner } from "@denock/denock";
 *
 * const runner = new Runner({ driver: new MemoryDriver(), migrations: new FolderSource("./migrations") });
 * await runner.migrate();
 * ```
 */
export class FolderSource implements ChangeSource {
  /** The path of the folder. */
  readonly name: string;
  readonly #path: string;

  /** Makes a source out of a path or a `file:` URL. */
  constructor(folder: string | URL) {
    this.name = folder instanceof URL ? fromFileUrl(folder) : folder;
    this.#path = resolve(this.name);
  }

  /**
   * Lists the files of the folder with their checksums.
   *
   * @throws {SourceError} when the folder or one of its files cannot be read.
   */
  async list(): Promise<SourceListing> {
    const changes: ListedChange[] = [];
    const problems: Problem[] = [];
    const { entries, undoEntries } = pairUp(this.#readFolder());
    problems.push(...undoEntries.values().map(undoesNothing));
    for (let start = 0; start < entries.length; start += FILES_READ_AT_ONCE) {
      const batch = entries.slice(start, start + FILES_READ_AT_ONCE);
      for (const found of await Promise.all(batch.map(([entry, undo]) => this.#readEntry(entry, undo)))) {
        if ("code" in found) problems.push(found);
        else changes.push(found);
      }
    }
    return { changes, problems };
  }

  /** Imports files of the folder and reads them as change units. */
  async load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]> {
    const scripts = changes.filter(({ file }) => !isSqlFile(file));
    const modules = await importModules(scripts.map(({ file, checksum }) => ({
      url: toFileUrl(join(this.#path, nameIn(file))).href,
      version: checksum ?? "",
    })));
    const loaded = new Map(scripts.map((change, index) => [change, modules[index]]));
    return await Promise.all(changes.map(async (change): Promise<ChangeUnitReading> => {
      if (isSqlFile(change.file)) return await this.#loadSql(change, defaultAuthor);
      const found = loaded.get(change);
      if (found === undefined || "error" in found) {
        return { violations: [`It cannot be loaded: ${messageOf(found?.error)}`] };
      }
      return readModule(found.module, change, defaultAuthor);
    }));
  }

  /** What runs must be what was listed, because its checksum goes into the history. */
  async #loadSql(change: ListedChange, defaultAuthor: string): Promise<ChangeUnitReading> {
    const undoFile = change.undoFile === undefined ? undefined : nameIn(change.undoFile, "undo");
    const texts = await this.#readSql(nameIn(change.file), undoFile);
    if (await sqlChecksumOf(texts) !== change.checksum) return { violations: ["It was edited just now: run again"] };
    return readSqlFile(texts, change, defaultAuthor);
  }

  async #readSql(file: string, undoFile: string | undefined): Promise<SqlTexts> {
    return {
      text: await this.#readFile(join(this.#path, file)),
      undoText: undoFile === undefined ? null : await this.#readFile(join(this.#path, undoFile)),
    };
  }

  #readFolder(): FolderEntry[] {
    try {
      // In one go: one by one, thousands of files would take three times as long.
      return Array.from(Deno.readDirSync(this.#path))
        .filter((entry) => !entry.isDirectory)
        .map((entry) => ({ ...entry, parsed: parseFileName(entry.name) }))
        .filter(({ parsed }) => parsed.kind !== "ignored")
        .toSorted((left, right) => left.name < right.name ? -1 : 1);
    } catch (cause) {
      throw new SourceError(`Cannot read the migrations folder "${this.name}": ${messageOf(cause)}`, { cause });
    }
  }

  async #readEntry(entry: FolderEntry, undo?: FolderEntry): Promise<ListedChange | Problem> {
    const { parsed: name, name: file } = entry;
    if (name.kind !== "change") {
      return {
        code: "FILE_NAME_INVALID",
        severity: "error",
        message: `The file "${entry.name}" is a script but not a change unit, because ${
          name.kind === "invalid" ? name.reason : "its name is ignored"
        }`,
        remedies: [
          "Name it <order>_<id>.ts or <order>_<id>.sql, such as 0001_create_users.ts",
          "Put an underscore in front of its name if it is not a change unit",
        ],
        files: [entry.name],
      };
    }
    const unreadable = await this.#refuse(entry) ?? (undo && await this.#refuse(undo));
    if (unreadable !== undefined) return unreadable;
    const { order, id } = name;
    const listed = { order, id, file, author: null };
    if (!isSqlFile(file)) {
      return { ...listed, checksum: await checksumOf(await this.#readFile(join(this.#path, file))) };
    }
    const checksum = await sqlChecksumOf(await this.#readSql(file, undo?.name));
    return { ...listed, checksum, ...(undo !== undefined && { undoFile: undo.name }) };
  }

  /** What is wrong with a file before it is read. */
  async #refuse(entry: FolderEntry): Promise<Problem | undefined> {
    const path = join(this.#path, entry.name);
    if (!entry.isSymlink) return entry.isFile ? undefined : notRegular(entry.name);
    if (!await this.#leavesFolder(path)) return await isSpecial(path) ? notRegular(entry.name) : undefined;
    return {
      code: "FILE_OUTSIDE_FOLDER",
      severity: "error",
      message: `The file "${entry.name}" is a symbolic link that leads out of the migrations folder`,
      remedies: ["Put the file itself into the folder"],
      files: [entry.name],
    };
  }

  async #leavesFolder(path: string): Promise<boolean> {
    try {
      const [target, folder] = await Promise.all([Deno.realPath(path), Deno.realPath(this.#path)]);
      return relative(folder, target) !== target.slice(folder.length + 1) || !target.startsWith(folder);
    } catch (cause) {
      throw new SourceError(`Cannot follow the symbolic link "${path}": ${messageOf(cause)}`, { cause });
    }
  }

  async #readFile(path: string): Promise<string> {
    try {
      return await Deno.readTextFile(path);
    } catch (cause) {
      throw new SourceError(`Cannot read the change unit "${path}": ${messageOf(cause)}`, { cause });
    }
  }
}

/** Finds the file that undoes each change unit in SQL; what is left over undoes nothing. */
function pairUp(found: readonly FolderEntry[]) {
  const undoEntries = new Map(found.flatMap((entry) => {
    return entry.parsed.kind === "undo" ? [[entry.parsed.change, entry] as const] : [];
  }));
  const entries = found.filter(({ parsed }) => parsed.kind !== "undo").map((entry) => {
    const undo = undoEntries.get(entry.name);
    undoEntries.delete(entry.name);
    return [entry, undo] as const;
  });
  return { entries, undoEntries };
}

function undoesNothing({ name }: FolderEntry): Problem {
  const change = name.replace(/\.undo\.sql$/, ".sql");
  return {
    code: "CHANGE_UNIT_INVALID",
    severity: "error",
    message: `The file "${name}" undoes nothing, because there is no "${change}"`,
    remedies: [`Put "${change}" beside it, or remove it`],
    files: [name],
  };
}

/** Names come from the listing, which has only such. Should one ever come from elsewhere, it cannot lead out of the folder. */
function nameIn(file: string | null, kind: FileName["kind"] = "change"): string {
  if (file !== null && parseFileName(file).kind === kind) return file;
  throw new TypeError(`Cannot load "${file}" as it is not the name of a change unit`);
}

/** Whether a link leads to something that is neither a file nor a folder. */
async function isSpecial(path: string): Promise<boolean> {
  const { isFile, isDirectory } = await Deno.stat(path);
  return !isFile && !isDirectory;
}

/** Reading from a pipe waits for whoever writes into it, and that may be for ever. */
function notRegular(name: string): Problem {
  return {
    code: "FILE_NAME_INVALID",
    severity: "error",
    message: `"${name}" has the name of a change unit but is no regular file`,
    remedies: ["Put a file in its place, or remove it"],
    files: [name],
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
