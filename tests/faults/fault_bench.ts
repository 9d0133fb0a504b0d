import { assert, assertEquals } from "@std/assert";
import { type Db, MongoClient, type MongoClientOptions } from "mongodb";
import { type ExecutionReport, MigrationError, Runner } from "../../mod.ts";
import { type MongoContext, MongoDriver } from "../../src/drivers/mongodb/mod.ts";
import { freshDatabaseName } from "../mongodb_server.ts";

/** Long enough for a busy machine, short enough to wait for. In milliseconds. */
const LEASE_MS = 2_000;

/** How an execution ended: `done`, or the code of its error. */
export interface Ending {
  /** `done`, or the code of the error. */
  readonly code: string;
  /** What was done until then; null when the error keeps no report. */
  readonly report: ExecutionReport | null;
  /** The error, or undefined. */
  readonly error: unknown;
}

/** Whether change units run in transactions. */
export type Sort = "transactional" | "non-transactional";

/** How a bench is opened. */
export interface BenchOptions {
  /** Whether its change units run in transactions. */
  readonly sort: Sort;
  /** The connection string of the server itself, for a database. */
  readonly url: (databaseName: string) => string;
  /** How the client connects that has to live with the faults; like the other one when not given. */
  readonly faultyUrl?: (databaseName: string) => string;
  /** More options for that client. */
  readonly client?: MongoClientOptions;
  /** How long the driver waits for an answer, in milliseconds; as long as by default when not given. */
  readonly requestMs?: number;
  /** What each change unit does first, each time it is executed. */
  readonly inUnit?: (context: MongoContext) => unknown;
}

/** Change units on a real MongoDB server that each add 1 to a counter; what went wrong must never show in it. */
export class FaultBench implements AsyncDisposable {
  /** The database, seen by a client that no fault can hit. */
  readonly database: Db;
  /** The name of the client that has to live with the faults. */
  readonly appName: string;
  readonly #options: BenchOptions;
  readonly #clean: MongoClient;
  readonly #faulty: MongoClient;
  readonly #ids: readonly string[];

  private constructor(
    appName: string,
    options: BenchOptions,
    clients: readonly [MongoClient, MongoClient],
    count: number,
  ) {
    this.appName = appName;
    this.#options = options;
    [this.#clean, this.#faulty] = clients;
    this.database = this.#clean.db();
    this.#ids = Array.from({ length: count }, (_, index) => `unit_${index + 1}`);
  }

  /** Opens a database with a history that has begun, and change units to execute. */
  static async open(options: BenchOptions, count = 2): Promise<FaultBench> {
    const { url, faultyUrl = url, client } = options;
    const appName = freshDatabaseName();
    const clean = await new MongoClient(url(appName)).connect();
    const faulty = await new MongoClient(faultyUrl(appName), { appName, ...client }).connect();
    const bench = new FaultBench(appName, options, [clean, faulty], count);
    await bench.begin();
    return bench;
  }

  /** Begins anew; that takes less time than another database. */
  async begin(): Promise<void> {
    for (const { name } of await this.database.listCollections().toArray()) {
      await this.database.collection(name).deleteMany({});
    }
    assertEquals((await this.#migrate(this.#clean, 0)).code, "done");
  }

  /** Executes everything, with all the faults. */
  async migrate(): Promise<Ending> {
    return await this.#migrate(this.#faulty, this.#ids.length);
  }

  /** Calls back whenever the client that has to live with the faults, if it is monitored, sends a command. */
  onCommand(name: string, callback: () => void): void {
    this.#faulty.on("commandStarted", ({ commandName }) => {
      if (commandName === name) callback();
    });
  }

  /** Asserts that effects and history agree: what is recorded as executed was done once, what is not was not done. */
  async assertAgreement(): Promise<void> {
    await using driver = new MongoDriver({ client: this.#clean });
    const entries = await driver.readHistory();
    const counters = await this.counters();
    for (const id of this.#ids) {
      const state = entries.findLast(({ changeId }) => changeId === id)?.state ?? "PENDING";
      const found = counters[id] ?? 0;
      const allowed = state === "EXECUTED" ? [1] : state === "STARTED" ? [0, 1] : [0];
      assert(allowed.includes(found), `${id} is ${state} and was done ${found} times`);
    }
  }

  /** Asserts that an execution without faults finishes what is left, and that everything was done once. */
  async assertFinished(): Promise<void> {
    const { code, error } = await this.#migrate(this.#clean, this.#ids.length);
    assertEquals(code, "done", String(error));
    assertEquals(await this.counters(), Object.fromEntries(this.#ids.map((id) => [id, 1])));
    await this.assertAgreement();
  }

  /** The counters by the id of their change unit. */
  async counters(): Promise<Record<string, number>> {
    const found = await this.database.collection<{ _id: string; value: number }>("counters").find().toArray();
    return Object.fromEntries(found.map(({ _id, value }) => [_id, value]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#faulty.close();
    await this.database.dropDatabase();
    await this.#clean.close();
  }

  async #migrate(client: MongoClient, count: number): Promise<Ending> {
    const { sort, requestMs, inUnit } = this.#options;
    await using driver = new MongoDriver({ client, ...(requestMs !== undefined && { requestMs }) });
    const lock = { leaseMs: LEASE_MS, pollMs: 200, waitMs: 30_000 };
    const transactional = sort === "transactional";
    const faulty = this.#faulty;
    const units = this.#ids.slice(0, count).map((id, index) => ({
      id,
      order: String(index + 2),
      transactional,
      async execution(context: MongoContext) {
        if (client === faulty) await inUnit?.(context);
        await counters(context.db).updateOne({ _id: id }, { $inc: { value: 1 } }, { upsert: true });
      },
      async rollbackExecution({ db }: MongoContext) {
        await counters(db).deleteOne({ _id: id });
      },
    }));
    const first = { id: "first", order: "1", execution: () => {}, irreversible: "it does nothing" };
    const runner = new Runner({ driver, migrations: [first, ...units], lock, retryMs: 10_000 });
    try {
      return { code: "done", report: await runner.migrate(), error: undefined };
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      const report = "report" in error ? error.report as ExecutionReport : null;
      return { code: error.code, report, error };
    }
  }
}

function counters(db: Db) {
  return db.collection<{ _id: string; value: number }>("counters");
}
