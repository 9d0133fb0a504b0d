import { fromFileUrl } from "@std/path/from-file-url";
import { join } from "@std/path/join";
import { resolve } from "@std/path/resolve";
import type { ListedChange } from "../change_unit/change_unit.ts";
import { checksumOfBytes } from "../change_unit/checksum.ts";
import { isSqlFile } from "../change_unit/file_name.ts";
import type { ChangeUnitReading } from "../change_unit/read_change_unit.ts";
import { sqlChecksumOf } from "../change_unit/sql_checksum.ts";
import { lazily } from "../lazily.ts";
import { type ChangeFiles, readEntries } from "./folder/folder_entries.ts";
import type { ChangeSource, SourceListing, SourceSnapshot } from "./source.ts";
import { digestOfFiles, readFiles } from "./folder/source_file.ts";

const FILES_HASHED_AT_ONCE = 64;
const loading = lazily(() => import("./folder/load_files.ts"));

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
    return await (await this.snapshot()).list();
  }

  /**
   * Reads every file of the folder, once.
   *
   * @throws {SourceError} when the folder or one of its files cannot be read.
   */
  async snapshot(): Promise<SourceSnapshot> {
    const { changes: found, problems } = await readEntries(this.#path, this.name);
    const names = found.flatMap(({ file, undoFile }) => undoFile === undefined ? [file] : [file, undoFile]);
    // Joined once: for thousands of names that takes as long as to read them.
    const folder = join(this.#path, " ").slice(0, -1);
    const files = await readFiles(names.map((name) => ({ name, path: folder + name })));
    return {
      digest: problems.length === 0 ? await digestOfFiles(files) : null,
      count: found.length,
      async list(checksums) {
        const contents = new Map(files.map(({ name, bytes }) => [name, bytes]));
        const changes: ListedChange[] = [];
        for (let start = 0; start < found.length; start += FILES_HASHED_AT_ONCE) {
          const batch = found.slice(start, start + FILES_HASHED_AT_ONCE).map(async (files): Promise<ListedChange> => {
            const checksum = checksums?.get(files.file) ?? await checksumOfFiles(files, contents);
            return { ...files, author: null, checksum };
          });
          changes.push(...await Promise.all(batch));
        }
        return { changes, problems };
      },
    };
  }

  /** Imports files of the folder and reads them as change units. */
  async load(changes: readonly ListedChange[], defaultAuthor: string): Promise<readonly ChangeUnitReading[]> {
    const { loadFiles } = await loading();
    return await loadFiles(this.#path, changes, defaultAuthor);
  }
}

async function checksumOfFiles(
  { file, undoFile }: ChangeFiles,
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<string> {
  const bytes = (name: string) => contents.get(name) ?? new Uint8Array();
  if (!isSqlFile(file)) return await checksumOfBytes(bytes(file));
  const text = (name: string) => new TextDecoder().decode(bytes(name));
  return await sqlChecksumOf({ text: text(file), undoText: undoFile === undefined ? null : text(undoFile) });
}
