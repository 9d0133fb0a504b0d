import { join } from "@std/path/join";
import { toFileUrl } from "@std/path/to-file-url";
import type { ListedChange } from "../../change_unit/change_unit.ts";
import { type FileName, isSqlFile, parseFileName } from "../../change_unit/file_name.ts";
import { type ChangeUnitReading, readModule } from "../../change_unit/read_change_unit.ts";
import { readSqlFile } from "../../change_unit/read_sql_file.ts";
import { sqlChecksumOf } from "../../change_unit/sql_checksum.ts";
import { importModules } from "../import_modules.ts";
import { unreadable } from "./source_file.ts";

/** Imports files of a folder and reads them as change units. */
export async function loadFiles(
  folder: string,
  changes: readonly ListedChange[],
  defaultAuthor: string,
): Promise<readonly ChangeUnitReading[]> {
  const scripts = changes.filter(({ file }) => !isSqlFile(file));
  const modules = await importModules(scripts.map(({ file, checksum }) => ({
    url: toFileUrl(join(folder, nameIn(file))).href,
    version: checksum ?? "",
  })));
  const loaded = new Map(scripts.map((change, index) => [change, modules[index]]));
  return await Promise.all(changes.map(async (change): Promise<ChangeUnitReading> => {
    if (isSqlFile(change.file)) return await loadSql(folder, change, defaultAuthor);
    const found = loaded.get(change);
    if (found === undefined || "error" in found) {
      return { violations: [`It cannot be loaded: ${messageOf(found?.error)}`] };
    }
    return readModule(found.module, change, defaultAuthor);
  }));
}

/** What runs must be what was listed, because its checksum goes into the history. */
async function loadSql(folder: string, change: ListedChange, defaultAuthor: string): Promise<ChangeUnitReading> {
  const undoFile = change.undoFile === undefined ? undefined : nameIn(change.undoFile, "undo");
  const texts = {
    text: await readText(join(folder, nameIn(change.file))),
    undoText: undoFile === undefined ? null : await readText(join(folder, undoFile)),
  };
  if (await sqlChecksumOf(texts) !== change.checksum) return { violations: ["It was edited just now: run again"] };
  return readSqlFile(texts, change, defaultAuthor);
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Names come from the listing, which has only such. Should one ever come from elsewhere, it cannot lead out of the folder. */
function nameIn(file: string | null, kind: FileName["kind"] = "change"): string {
  if (file !== null && parseFileName(file).kind === kind) return file;
  throw new TypeError(`Cannot load "${file}" as it is not the name of a change unit`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
