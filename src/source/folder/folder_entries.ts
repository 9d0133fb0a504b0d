import { join } from "@std/path/join";
import { relative } from "@std/path/relative";
import { type FileName, parseFileName } from "../../change_unit/file_name.ts";
import { SourceError } from "../../errors.ts";
import type { Problem } from "../../report.ts";

/** The files of one change unit, as far as their names tell of it. */
export interface ChangeFiles {
  /** Its order. */
  readonly order: string;
  /** Its id. */
  readonly id: string;
  /** The name of its own file. */
  readonly file: string;
  /** The name of the one that undoes it, for some in SQL. */
  readonly undoFile?: string;
}

/** What a folder has, by the names of its files. */
export interface FolderEntries {
  /** The change units whose files can be read. */
  readonly changes: readonly ChangeFiles[];
  /** What is wrong with others. */
  readonly problems: readonly Problem[];
}

/**
 * Looks at the names of the files in a folder, and at what they are; none is read.
 *
 * @throws {SourceError} when the folder cannot be read, or a link leads nowhere.
 */
export async function readEntries(folder: string, name: string): Promise<FolderEntries> {
  const { pairs, left } = pairUp(readFolder(folder, name));
  const changes: ChangeFiles[] = [];
  const problems = left.map(undoesNothing);
  for (const { entry, undo } of pairs) {
    const problem = await refuse(folder, entry) ?? (undo && await refuse(folder, undo));
    if (problem !== undefined) problems.push(problem);
    else if (entry.parsed.kind === "change") {
      const { order, id } = entry.parsed;
      changes.push({ order, id, file: entry.name, ...(undo !== undefined && { undoFile: undo.name }) });
    }
  }
  return { changes, problems };
}

/** A file of the folder, and what its name says. */
interface FolderEntry extends Pick<Deno.DirEntry, "name" | "isFile" | "isSymlink"> {
  readonly parsed: FileName;
}

/** The files of one change unit: its own and, for some in SQL, the one that undoes it. */
interface FilePair {
  readonly entry: FolderEntry;
  readonly undo: FolderEntry | undefined;
}

function readFolder(folder: string, name: string): FolderEntry[] {
  try {
    // In one go: one by one, thousands of files would take three times as long.
    return Array.from(Deno.readDirSync(folder))
      .filter((entry) => !entry.isDirectory)
      .map(({ name, isFile, isSymlink }) => ({ name, isFile, isSymlink, parsed: parseFileName(name) }))
      .filter(({ parsed }) => parsed.kind !== "ignored")
      .toSorted((left, right) => left.name < right.name ? -1 : 1);
  } catch (cause) {
    throw new SourceError(`Cannot read the migrations folder "${name}": ${messageOf(cause)}`, { cause });
  }
}

/** Finds the file that undoes each change unit in SQL; what is left over undoes nothing. */
function pairUp(found: readonly FolderEntry[]): { readonly pairs: FilePair[]; readonly left: FolderEntry[] } {
  const undos = new Map<string, FolderEntry>();
  for (const entry of found) if (entry.parsed.kind === "undo") undos.set(entry.parsed.change, entry);
  const pairs: FilePair[] = [];
  for (const entry of found) {
    if (entry.parsed.kind === "undo") continue;
    pairs.push({ entry, undo: undos.get(entry.name) });
    undos.delete(entry.name);
  }
  return { pairs, left: [...undos.values()] };
}

/** What is wrong with a file before it is read; for most there is nothing to wait for. */
function refuse(folder: string, entry: FolderEntry): Problem | undefined | Promise<Problem | undefined> {
  if (entry.parsed.kind === "invalid") return invalidName(entry.name, entry.parsed.reason);
  if (entry.isSymlink) return refuseLink(folder, entry.name);
  return entry.isFile ? undefined : notRegular(entry.name);
}

async function refuseLink(folder: string, name: string): Promise<Problem | undefined> {
  const path = join(folder, name);
  if (!await leavesFolder(folder, path)) return await isSpecial(path) ? notRegular(name) : undefined;
  return {
    code: "FILE_OUTSIDE_FOLDER",
    severity: "error",
    message: `The file "${name}" is a symbolic link that leads out of the migrations folder`,
    remedies: ["Put the file itself into the folder"],
    files: [name],
  };
}

async function leavesFolder(path: string, link: string): Promise<boolean> {
  try {
    const [target, folder] = await Promise.all([Deno.realPath(link), Deno.realPath(path)]);
    return relative(folder, target) !== target.slice(folder.length + 1) || !target.startsWith(folder);
  } catch (cause) {
    throw new SourceError(`Cannot follow the symbolic link "${link}": ${messageOf(cause)}`, { cause });
  }
}

/** Whether a link leads to something that is neither a file nor a folder. */
async function isSpecial(path: string): Promise<boolean> {
  const { isFile, isDirectory } = await Deno.stat(path);
  return !isFile && !isDirectory;
}

function invalidName(name: string, reason: string): Problem {
  return {
    code: "FILE_NAME_INVALID",
    severity: "error",
    message: `The file "${name}" is a script but not a change unit, because ${reason}`,
    remedies: [
      "Name it <order>_<id>.ts or <order>_<id>.sql, such as 0001_create_users.ts",
      "Put an underscore in front of its name if it is not a change unit",
    ],
    files: [name],
  };
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
