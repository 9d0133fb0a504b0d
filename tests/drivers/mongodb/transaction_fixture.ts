import { bindDatabase, type BoundDatabase } from "../../../src/drivers/mongodb/bound_database.ts";
import { type ClientSession, type Db, MongoClient } from "mongodb";
import { freshDatabaseName, type MongodbServer } from "../../mongodb_server.ts";

/** A command that the client has sent. */
export interface SentCommand {
  readonly name: string;
  readonly command: Readonly<Record<string, unknown>>;
}

/** The transaction options of the MongoDB driver. */
export const TRANSACTION = {
  readConcern: { level: "snapshot" },
  writeConcern: { w: "majority" },
  readPreference: "primary",
} as const;

/** A database of its own with a collection `people` of five, on a client that records what it sends. */
export class TransactionFixture implements AsyncDisposable {
  readonly client: MongoClient;
  /** The database of the user, not bound. */
  readonly db: Db;
  /** Everything sent since it was last emptied. */
  readonly sent: SentCommand[] = [];

  private constructor(client: MongoClient, databaseName: string) {
    this.client = client;
    this.db = client.db(databaseName);
    client.on("commandStarted", ({ commandName: name, command }) => this.sent.push({ name, command }));
  }

  /** Opens a database of its own, or an existing one as it is. */
  static async open(server: MongodbServer, existing?: string): Promise<TransactionFixture> {
    const client = await new MongoClient(server.uri, { monitorCommands: true }).connect();
    const fixture = new TransactionFixture(client, existing ?? freshDatabaseName());
    if (existing !== undefined) return fixture;
    await fixture.db.collection("people").insertMany([1, 2, 3, 4, 5].map((age) => ({ age })));
    fixture.sent.length = 0;
    return fixture;
  }

  /** Runs the work in a transaction on a database bound to it, and aborts. */
  async inTransaction(
    work: (db: Db, bound: BoundDatabase, session: ClientSession) => Promise<void> | void,
    guard: () => void = () => {},
  ): Promise<void> {
    await this.inRawTransaction(async (session) => {
      const bound = bindDatabase(this.db, { session, guard });
      this.sent.length = 0;
      try {
        await work(bound.db, bound, session);
      } finally {
        await bound.end();
      }
    });
  }

  /** Runs the work in a transaction without any binding, after a first read in it, and aborts. */
  async inRawTransaction(work: (session: ClientSession) => Promise<void>): Promise<void> {
    const session = this.client.startSession();
    try {
      session.startTransaction(TRANSACTION);
      await work(session);
    } finally {
      await session.abortTransaction();
      await session.endSession();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.db.databaseName.startsWith("denock_")) await this.db.dropDatabase();
    await this.client.close();
  }
}

/** The names of the commands that are not part of the transaction of the session. */
export function outsideOf(session: ClientSession, sent: readonly SentCommand[]): string[] {
  return sent
    .filter(({ command }) =>
      command["lsid"] !== session.id || command["autocommit"] !== false || command["txnNumber"] === undefined
    )
    .map(({ name }) => name);
}
