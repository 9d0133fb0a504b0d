import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import {
  type ChangeEntry,
  type DriverSupports,
  type ErrorClass,
  ExecutionError,
  type ExecutionReport,
  type ListedChange,
  type MemoryContext,
  MemoryDriver,
  type MemoryDriverContext,
  MemoryStore,
  PlanError,
  Runner,
} from "../../mod.ts";
import { readDefinition } from "../../src/change_unit/read_change_unit.ts";
import type { ChangeSource } from "../../src/source/source.ts";
import { dataKey, type Fault, faultKey, type Faults, HALF, type Method } from "./plain_database.ts";
import { checksumOf, fileNameOf, type PlainFile, type Settings, type Text } from "./plain_world.ts";
import { VirtualTime } from "./virtual_time.ts";

const LEASE_MS = 30_000;
/** From here on the runner takes an append for slow. */
const WAITING_FROM_MS = 1_000;

class FaultError extends Error {
  constructor(readonly fault: Fault) {
    super(`The method has failed: ${fault}`);
  }
}

/** A driver that takes faults for what they stand for, on a database that may have no transactions. */
class FaultyDriver extends MemoryDriver {
  override readonly supports: DriverSupports;

  constructor(store: MemoryStore, transactions: boolean) {
    super({ store });
    this.supports = { transactions, schemaChanges: "transactional" };
  }

  override classify(error: unknown): ErrorClass {
    const fault = error instanceof FaultError ? error.fault : undefined;
    return fault === "conflict" ? "transient" : fault === "lost" ? "unknown" : super.classify(error);
  }
}

/** A folder of files that are not on any disk. */
class PlainFolder implements ChangeSource {
  readonly name = "the folder";
  readonly #files: readonly PlainFile[];
  readonly #faults: Faults;

  constructor(files: readonly PlainFile[], faults: Faults) {
    this.#files = files;
    this.#faults = faults;
  }

  list() {
    const changes = this.#files.map((file): ListedChange => {
      const { order, text } = file;
      return { order, id: text.id, file: fileNameOf(file), checksum: checksumOf(text), author: null };
    });
    return Promise.resolve({ changes, problems: [] });
  }

  load(changes: readonly ListedChange[], defaultAuthor: string) {
    return Promise.resolve(changes.map((change) => {
      const file = this.#files.find((each) => fileNameOf(each) === change.file);
      return readDefinition(file && definitionOf(file.text, this.#faults), change, defaultAuthor);
    }));
  }
}

/** A change unit that keeps its version under its key. */
function definitionOf(text: Text, faults: Faults): object {
  const { author, transactional, failFast, again, outOfOrder, profiles, systemVersion, version } = text;
  const failing = (method: Method, attempt: number) => {
    const fault = faults.get(faultKey(text.id, method));
    return fault === "conflict" && attempt > 1 ? undefined : fault;
  };
  const make = (method: "execution" | "before") => ({ db, attempt }: MemoryContext) => {
    const fault = failing(method, attempt);
    db.set(dataKey(text, method), fault === undefined ? version : HALF);
    if (fault !== undefined) throw new FaultError(fault);
  };
  const take = (method: "rollback" | "rollbackBefore") => ({ db, attempt }: MemoryContext) => {
    const fault = failing(method, attempt);
    if (fault !== undefined) throw new FaultError(fault);
    db.delete(dataKey(text, method === "rollback" ? "execution" : "before"));
  };
  return {
    ...{ author, transactional, failFast, outOfOrder, profiles, systemVersion },
    ...(again === "always" ? { runAlways: true } : again === "on change" ? { runOnChange: true } : {}),
    ...(text.hasBefore ? { beforeExecution: make("before"), rollbackBeforeExecution: take("rollbackBefore") } : {}),
    ...(text.reversible ? { rollbackExecution: take("rollback") } : { irreversible: "the data is gone" }),
    execution: make("execution"),
  };
}

/** How an operation ended. */
export interface Ending {
  readonly report: ExecutionReport;
  readonly isComplete: boolean;
}

/** A database in memory, and the runner on it. */
export class RealWorld {
  readonly store = new MemoryStore();
  readonly #time = new VirtualTime({ asideMs: [LEASE_MS / 3, WAITING_FROM_MS] });

  /** Lets a runner with a driver of its own do something. */
  async run<Result>(
    { files, settings, faults = new Map() }: { files: readonly PlainFile[]; settings: Settings; faults?: Faults },
    work: (runner: Runner<MemoryDriverContext>) => Promise<Result>,
  ): Promise<Result> {
    const runner = new Runner<MemoryDriverContext>({
      driver: new FaultyDriver(this.store, settings.supported),
      migrations: new PlainFolder(files, faults),
      rules: settings.rules,
      transactionStrategy: settings.strategy,
      recordRepeats: settings.recordRepeats,
      lock: { leaseMs: LEASE_MS },
      retryMs: 40,
      runtime: this.#time,
    });
    return await this.#time.pass(work(runner));
  }

  /** What an operation reports, whether it came to its end or not; `null` when its plan had problems. */
  static async endingOf(work: Promise<ExecutionReport>): Promise<Ending | null> {
    try {
      return { report: await work, isComplete: true };
    } catch (error) {
      if (error instanceof PlanError) return null;
      if (error instanceof ExecutionError) return { report: error.report, isComplete: false };
      throw error;
    }
  }

  /** Everything that must not change. */
  snapshot(): { entries: readonly ChangeEntry[]; data: ReadonlyMap<string, unknown> } {
    return { entries: [...this.store.entries], data: this.store.data };
  }

  /** The history is one chain, and nobody holds the lock. */
  assertSound(): void {
    assertEquals(this.store.lease.owner, null, "the lock is released");
    let previous: string | null = null;
    for (const [index, { digest, ...entry }] of this.store.entries.entries()) {
      assertEquals([entry.seq, entry.previous], [index + 1, previous]);
      assertEquals(digest, `sha256:${createHash("sha256").update(sorted(entry)).digest("hex")}`);
      previous = digest;
    }
    assert(this.store.entries.length === 0 || this.store.entries[0]?.type === "RUN");
  }
}

/** JSON with sorted keys. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([left], [right]) => left < right ? -1 : 1);
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${sorted(inner)}`).join()}}`;
}
