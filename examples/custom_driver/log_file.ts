import type { ChangeEntry } from "@denock/denock";

/** Who holds the lease; nobody when the owner is null. */
export interface LeaseRow {
  readonly owner: string | null;
  readonly hostname: string;
  readonly token: number;
  readonly leaseMs: number;
  readonly expiresAt: number;
}

/** What one line of the file changes. */
export interface Commit {
  /** Entries of the history. */
  readonly entries?: readonly ChangeEntry[];
  /** Values by key; null removes one. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** The lease as it is from here on. */
  readonly lease?: LeaseRow;
}

const LINE_END = 10;

/**
 * A small database: a file to which lines of JSON are added. A line takes effect as a whole or not at all, because one
 * without an end does not count. Writers take turns by a lock that the operating system gives back when a process dies.
 */
export class LogFile {
  /** Everything that was in the history when it was last looked at. */
  readonly entries: ChangeEntry[] = [];
  /** The values; another map after each change, so that a map once taken is a snapshot. */
  values: ReadonlyMap<string, unknown> = new Map();
  /** The lease. */
  lease: LeaseRow = { owner: null, hostname: "", token: 0, leaseMs: 0, expiresAt: 0 };
  readonly #path: string;
  #size = 0;

  /** Makes the file, if it is not there yet. */
  constructor(path: string) {
    this.#path = path;
    Deno.openSync(path, { create: true, append: true }).close();
  }

  /** Looks at what others have added since. */
  refresh(): void {
    using file = Deno.openSync(this.#path);
    this.#readOn(file);
  }

  /** Decides on what stands in the file, and adds a line, while nobody else does; no line when there is no commit. */
  async change<Result>(decide: () => { readonly commit?: Commit; readonly result: Result }): Promise<Result> {
    using file = await Deno.open(this.#path, { read: true, write: true });
    await file.lock(true);
    // From here on nothing waits, so that two calls on one object cannot get between each other either.
    this.#readOn(file);
    const { commit, result } = decide();
    if (commit !== undefined) this.#add(file, commit);
    return result;
  }

  #add(file: Deno.FsFile, commit: Commit): void {
    const line = new TextEncoder().encode(`${JSON.stringify(commit)}\n`);
    try {
      // What a process that has died has left of a line is cut off.
      file.truncateSync(this.#size);
      file.seekSync(this.#size, Deno.SeekMode.Start);
      for (let written = 0; written < line.length;) written += file.writeSync(line.subarray(written));
      file.syncDataSync();
    } catch (error) {
      file.truncateSync(this.#size);
      throw error;
    }
    this.#apply(commit);
    this.#size += line.length;
  }

  #readOn(file: Deno.FsFile): void {
    const bytes = new Uint8Array(file.statSync().size - this.#size);
    file.seekSync(this.#size, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = file.readSync(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    const end = bytes.subarray(0, filled).lastIndexOf(LINE_END) + 1;
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n").slice(0, -1);
    for (const line of lines) this.#apply(JSON.parse(line));
    this.#size += end;
  }

  #apply({ entries = [], values = {}, lease }: Commit): void {
    this.entries.push(...entries);
    if (lease !== undefined) this.lease = lease;
    const changed = Object.entries(values);
    if (changed.length === 0) return;
    const next = new Map(this.values);
    for (const [key, value] of changed) value === null ? next.delete(key) : next.set(key, value);
    this.values = next;
  }
}
