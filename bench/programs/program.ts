import type { DatabaseKind } from "../databases.ts";

/** What a subject may be told beside the usual. */
export interface Settings {
  /** Denock: which change units share a transaction. */
  readonly transactionStrategy?: "change" | "run";
  /** Denock: how many change units share a transaction. */
  readonly unitsPerTransaction?: number;
  /** Denock: whether a change unit that runs always is recorded each time. */
  readonly recordRepeats?: boolean;
  /** Denock: how often to migrate, each time as a process does that has just started. */
  readonly times?: number;
  /** Denock: how long a lease lasts, and how long to wait between two looks at it. */
  readonly lock?: { readonly leaseMs: number; readonly pollMs: number };
  /** migrate-mongo: whether to hash the files, and whether to take its lock. */
  readonly fileHash?: boolean;
  readonly ownLock?: boolean;
  /** MikroORM: whether all changes share one transaction. */
  readonly allOrNothing?: boolean;
}

/** What a program is to do. */
export interface ProgramRequest extends Settings {
  /**
   * `migrate` brings the database up to date, which everyone can. `verify` does the same and reads and hashes all files.
   * `plan` is Denock's alone. `floor` is what `plan` has to do at least: read and hash the files, 64 at a time and without
   * blocking, and one query. `blocking floor` does that with calls that block, which is the fastest there is.
   */
  readonly work: "migrate" | "verify" | "plan" | "floor" | "blocking floor";
  readonly database: DatabaseKind;
  readonly url: string;
  readonly folder: string;
  /** How many changes there are. */
  readonly count: number;
}

/** What it took. */
export interface ProgramReport {
  /** From the opening of the database until the work was done; for most, from the start of the program to its end. */
  readonly workMs: number;
  /** The most memory that the process had. */
  readonly memoryBytes: number;
  /** How many changes were executed, or seen where nothing is executed; undefined where the subject does not say. */
  readonly count: number | undefined;
}

/** The work of a program; gives how many changes were executed, and how long that took if it has measured it itself. */
export type Program = (
  request: ProgramRequest,
) => Promise<{ readonly count?: number; readonly workMs?: number }>;

/** Runs a program: takes what to do from the arguments, and prints what it took as the last line. */
export async function runProgram(program: Program): Promise<void> {
  const startedAt = performance.now();
  const { count, workMs = performance.now() - startedAt } = await program(JSON.parse(Deno.args[0] ?? "{}"));
  const report: ProgramReport = { workMs, memoryBytes: peakMemory(), count };
  await Deno.stdout.write(new TextEncoder().encode(`\n${JSON.stringify(report)}\n`));
}

/** Imports a package that is not one of Denock's own, and so is named in `bench/packages.json` alone. */
export async function load<Package>(name: string): Promise<Package> {
  return await import(name);
}

/** The high-water mark, where the system knows it; else what the process has now. */
function peakMemory(): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1_024;
  } catch {
    // There is no such file on this system.
  }
  return Deno.memoryUsage().rss;
}
