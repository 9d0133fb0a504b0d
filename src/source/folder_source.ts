import { fromFileUrl, join, relative, resolve, toFileUrl } from "@std/path";
import type { ListedChange } from "../change_unit/change_unit.ts";
import { checksumOf } from "../change_unit/checksum.ts";
import { type FileName, parseFileName } from "../change_unit/file_name.ts";
import { type ChangeUnitReading, readModule } from "../change_unit/read_change_unit.ts";
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
    const entries = this.#readFolder();
    for (let start = 0; start < entries.length; start += FILES_READ_AT_ONCE) {
      const batch = entries.slice(start, start + FILES_READ_AT_ONCE);
      for (const found of await Promise.all(batch.map((entry) => this.#readEntry(entry)))) {
        if ("code" in found) problems.push(found);
        else changes.push(found);
      }
    }
    return { changes, problems };
  }

  /** Imports files of the folder and reads them as change units. */
  async load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]> {
    const modules = await importModules(changes.map(({ file, checksum }) => ({
      url: toFileUrl(join(this.#path, file ?? "")).href,
      version: checksum ?? "",
    })));
    return changes.map((change, index): ChangeUnitReading => {
      const loaded = modules[index];
      if (loaded === undefined || "error" in loaded) {
        return { violations: [`It cannot be loaded: ${messageOf(loaded?.error)}`] };
      }
      return readModule(loaded.module, change, defaultAuthor);
    });
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

  async #readEntry(entry: FolderEntry): Promise<ListedChange | Problem> {
    const { parsed: name } = entry;
    if (name.kind !== "change") {
      return {
        code: "FILE_NAME_INVALID",
        severity: "error",
        message: `The file "${entry.name}" is a script but not a change unit, because ${
          name.kind === "invalid" ? name.reason : "its name is ignored"
        }`,
        remedies: [
          "Name it <order>_<id>.ts, such as 0001_create_users.ts",
          "Put an underscore in front of its name if it is not a change unit",
        ],
        files: [entry.name],
      };
    }
    const path = join(this.#path, entry.name);
    if (entry.isSymlink && await this.#leavesFolder(path)) {
      return {
        code: "FILE_OUTSIDE_FOLDER",
        severity: "error",
        message: `The file "${entry.name}" is a symbolic link that leads out of the migrations folder`,
        remedies: ["Put the file itself into the folder"],
        files: [entry.name],
      };
    }
    const { order, id } = name;
    return { order, id, file: entry.name, checksum: await checksumOf(await this.#readFile(path)), author: null };
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
