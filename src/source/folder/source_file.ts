import { sha256OfBytes } from "../../change_unit/checksum.ts";
import { SourceError } from "../../errors.ts";

/** A file that was read. */
export interface SourceFile {
  /** Its name. */
  readonly name: string;
  /** Everything in it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const FILES_READ_AT_ONCE = 64;
/** A disk that takes longer for one batch is far away. In milliseconds. */
const FAR_AWAY_MS = 32;

/** A file that is to be read. */
export interface FilePath {
  /** Its name. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
}

/**
 * Reads files in their order. Calls that block are three times as fast on a disk of this machine; over a network, many that do
 * not wait for each other are much faster.
 *
 * @throws {SourceError} when one of them cannot be read.
 */
export async function readFiles(paths: readonly FilePath[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let isNear = true;
  for (let start = 0; start < paths.length; start += FILES_READ_AT_ONCE) {
    const batch = paths.slice(start, start + FILES_READ_AT_ONCE);
    const startedAt = performance.now();
    files.push(...isNear ? batch.map(readNear) : await Promise.all(batch.map(readFarAway)));
    isNear &&= performance.now() - startedAt < FAR_AWAY_MS;
  }
  return files;
}

function readNear({ name, path }: FilePath): SourceFile {
  try {
    return { name, bytes: Deno.readFileSync(path) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function readFarAway({ name, path }: FilePath): Promise<SourceFile> {
  try {
    return { name, bytes: await Deno.readFile(path) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The error for a file that cannot be read. */
export function unreadable(path: string, cause: unknown): SourceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SourceError(`Cannot read the change unit "${path}": ${reason}`, { cause });
}

/** Computes one digest of files: of their names, where each begins and ends, and what is in them. */
export async function digestOfFiles(files: readonly SourceFile[]): Promise<string> {
  const contents = new TextEncoder().encode(JSON.stringify(files.map(({ name, bytes }) => [name, bytes.length])));
  const all = new Uint8Array(files.reduce((length, { bytes }) => length + bytes.length, contents.length));
  all.set(contents);
  let place = contents.length;
  for (const { bytes } of files) {
    all.set(bytes, place);
    place += bytes.length;
  }
  return await sha256OfBytes(all);
}
