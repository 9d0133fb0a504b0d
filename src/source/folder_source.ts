import { fromFileUrl } from "@std/path/from-file-url";
import { join } from "@std/path/join";
import { resolve } from "@std/path/resolve";
import type { ListedChange } from "../change_unit/change_unit.ts";
import { checksumOfBytes } from "../change_unit/checksum.ts";
import { isSqlFile } from "../change_unit/file_name.ts";
import type { ChangeUnitReading } from "../change_unit/read_change_unit.ts";
import { sqlChecksumOf } from "../change_unit/sql_checksum.ts";
import { lazily } from "../lazily.ts";
import { type FilePair, readEntries } from "./folder/folder_entries.ts";
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
    const { pairs, problems } = await readEntries(this.#path, this.name);
    const names = pairs.flatMap(({ entry, undo }) => undo === undefined ? [entry.name] : [entry.name, undo.name]);
    // Joined once: for thousands of names that takes as long as to read them.
    const folder = join(this.#path, " ").slice(0, -1);
    const files = await readFiles(names.map((name) => ({ name, path: folder + name })));
    return {
      digest: problems.length === 0 ? await digestOfFiles(files) : null,
      count: pairs.length,
      async list(checksums) {
        const contents = new Map(files.map(({ name, bytes }) => [name, bytes]));
        const changes: ListedChange[] = [];
        for (let start = 0; start < pairs.length; start += FILES_HASHED_AT_ONCE) {
          const batch = pairs.slice(start, start + FILES_HASHED_AT_ONCE);
          changes.push(...await Promise.all(batch.map((pair) => listPair(pair, contents, checksums))));
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

type Contents = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

async function listPair(
  { entry: { name: file, parsed }, undo }: FilePair,
  contents: Contents,
  checksums?: ReadonlyMap<string, string>,
): Promise<ListedChange> {
  const { order, id } = parsed.kind === "change" ? parsed : { order: "", id: "" };
  const checksum = checksums?.get(file) ?? await checksumOfPair(file, undo?.name, contents);
  return { order, id, file, author: null, checksum, ...(undo !== undefined && { undoFile: undo.name }) };
}

async function checksumOfPair(file: string, undoFile: string | undefined, contents: Contents): Promise<string> {
  const bytes = (name: string) => contents.get(name) ?? new Uint8Array();
  if (!isSqlFile(file)) return await checksumOfBytes(bytes(file));
  const text = (name: string) => new TextDecoder().decode(bytes(name));
  return await sqlChecksumOf({ text: text(file), undoText: undoFile === undefined ? null : text(undoFile) });
}
