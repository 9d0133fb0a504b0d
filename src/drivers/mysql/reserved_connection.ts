import { DatabaseError } from "../../errors.ts";
import { answerWithin, NoAnswerError } from "../shared/answer_within.ts";
import { endsConnection } from "./classify_error.ts";
import type { MysqlConnection, MysqlPool, MysqlRow } from "./mysql_pool.ts";

/** The longest a statement of the driver's own may take, on a dead connection as well. In milliseconds. */
const TIMEOUT_MS = 10_000;
/** The longest the client may take to connect, which has a time of its own for that. In milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;
/** How long one of them waits for the locks of others, in seconds. */
const SHORT_LOCK_WAIT_SECONDS = 2;

/** Types and shapes of results are the driver's own, whatever the pool was told. */
const PLAIN = { rowsAsArray: false, typeCast: true } as const;

/** What the server says beside a result without rows. */
export interface StatementStatus {
  /** How many rows were changed. */
  readonly affectedRows: number;
  /** Flags; 1 is an open transaction. */
  readonly serverStatus: number;
}

/** An open connection, and what it was like before. */
interface Opened {
  readonly connection: MysqlConnection;
  readonly database: string;
  readonly autocommit: number;
  readonly lockWaitSeconds: number;
}

/**
 * One connection of the pool that is kept. It is opened when it is needed, and again after it was lost or could not be trusted
 * any more.
 */
export class ReservedConnection {
  readonly #pool: MysqlPool;
  readonly #lockName: string | undefined;
  #opening: Promise<Opened> | undefined;
  #connection: MysqlConnection | undefined;
  #waitsShortly = false;

  /** With a name, others can find and end the connection by it; see {@link endConnection}. */
  constructor(pool: MysqlPool, lockName?: string) {
    this.#pool = pool;
    this.#lockName = lockName;
  }

  /** The connection, for what a change unit sends. */
  async connection(): Promise<MysqlConnection> {
    return (await this.#open()).connection;
  }

  /** Whether this very connection is still the one that is kept. */
  isOpenAs(connection: MysqlConnection): boolean {
    return this.#connection === connection;
  }

  /** The name of a table with that of its database, both quoted: a change unit may have said `USE` of another. */
  async nameOf(table: string): Promise<string> {
    return `${quote((await this.#open()).database)}.${quote(table)}`;
  }

  /** Sends a statement of the driver's own that gives rows. */
  async rows(sql: string, values: readonly unknown[] = [], timeoutMs = TIMEOUT_MS): Promise<readonly MysqlRow[]> {
    return await this.#send(sql, values, timeoutMs) as readonly MysqlRow[];
  }

  /** Sends a statement of the driver's own that gives none. */
  async run(sql: string, values: readonly unknown[] = [], timeoutMs = TIMEOUT_MS): Promise<StatementStatus> {
    return await this.#send(sql, values, timeoutMs) as StatementStatus;
  }

  /** From here on statements wait only shortly for the locks of others, or as long as the owner of the pool wants. */
  async waitForLocks(how: "shortly" | "as usual"): Promise<void> {
    const { lockWaitSeconds } = await this.#open();
    const shortly = how === "shortly";
    if (this.#waitsShortly === shortly) return;
    const seconds = shortly ? Math.min(SHORT_LOCK_WAIT_SECONDS, lockWaitSeconds) : lockWaitSeconds;
    await this.run(`SET SESSION innodb_lock_wait_timeout = ${seconds}`);
    this.#waitsShortly = shortly;
  }

  /** Closes the connection; what it had not committed is rolled back. The next statement opens another. */
  async discard(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#connection = undefined;
    const opened = await opening?.catch(() => undefined);
    opened?.connection.destroy();
  }

  /** Gives the connection back to the pool as it was. */
  async release(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    if (opened === undefined) return;
    try {
      await this.waitForLocks("as usual");
      await this.run(`SET SESSION autocommit = ${opened.autocommit}`);
      if (this.#lockName !== undefined) await this.rows("SELECT RELEASE_LOCK(?)", [this.#lockName]);
      this.#opening = undefined;
      this.#connection = undefined;
      opened.connection.release();
    } catch {
      await this.discard();
    }
  }

  #open(): Promise<Opened> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#reserve();
    this.#opening = opening;
    // Whoever waits for it gets the error; the next one tries again.
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  async #reserve(): Promise<Opened> {
    const connection = await take(this.#pool);
    try {
      const [found] = await rowsWithin(
        connection,
        "SELECT DATABASE() AS name, @@SESSION.autocommit AS autocommit, @@character_set_client AS characters, " +
          "@@SESSION.innodb_lock_wait_timeout AS seconds",
      );
      const { name, autocommit, characters, seconds } = found ?? {};
      if (name === null) throw unreachable("The pool names no database: give it one");
      if (characters !== "utf8mb4") {
        throw unreachable(`The pool uses the character set ${characters}: give it \`charset: "utf8mb4"\``);
      }
      await refuseDirtyReads(connection);
      await answerWithin(TIMEOUT_MS, ask(connection, "SET SESSION autocommit = 1"));
      if (this.#lockName !== undefined) await claim(connection, this.#lockName);
      this.#waitsShortly = false;
      this.#connection = connection;
      const lockWaitSeconds = Number(seconds);
      return { connection, database: String(name), autocommit: Number(autocommit), lockWaitSeconds };
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async #send(sql: string, values: readonly unknown[], timeoutMs: number): Promise<unknown> {
    const { connection } = await this.#open();
    try {
      return await answerWithin(timeoutMs, ask(connection, sql, values));
    } catch (error) {
      if (endsConnection(error)) await this.discard();
      throw error;
    }
  }
}

/** Ends the connection of this name, and with it the transaction that it may have open. */
export async function endConnection(reserved: ReservedConnection, lockName: string): Promise<void> {
  const [found] = await reserved.rows("SELECT IS_USED_LOCK(?) AS id", [lockName]);
  const id = holderOf(found);
  if (id !== undefined) await reserved.run(`KILL CONNECTION ${id}`);
}

/**
 * Gives a connection its name: a lock that it alone can hold. So a number of a connection, which a restarted server gives
 * again, is never trusted. A connection that still has the name is the one of this driver that was lost: it is ended.
 */
async function claim(connection: MysqlConnection, lockName: string): Promise<void> {
  try {
    const [claimed] = await rowsWithin(connection, "SELECT GET_LOCK(?, 0) AS claimed, IS_USED_LOCK(?) AS id", [
      lockName,
      lockName,
    ]);
    if (Number(claimed?.claimed) === 1) return;
    const id = holderOf(claimed);
    if (id !== undefined) await answerWithin(TIMEOUT_MS, ask(connection, `KILL CONNECTION ${id}`));
    await rowsWithin(connection, "SELECT GET_LOCK(?, ?) AS claimed", [lockName, SHORT_LOCK_WAIT_SECONDS]);
  } catch (error) {
    // Some clusters have no such locks: then nobody can end the connection, and locks are waited for.
    if (endsConnection(error)) throw error;
  }
}

/** Takes a connection out of a pool; one that comes too late goes back. */
async function take(pool: MysqlPool): Promise<MysqlConnection> {
  const taking = pool.getConnection();
  try {
    return await answerWithin(CONNECT_TIMEOUT_MS, taking);
  } catch (error) {
    if (error instanceof NoAnswerError) {
      taking.then((connection) => connection.release(), () => {});
      error.message =
        `The pool has given no connection within ${CONNECT_TIMEOUT_MS} ms: the program may use all of them`;
    }
    throw error;
  }
}

async function ask(connection: MysqlConnection, sql: string, values: readonly unknown[] = []): Promise<unknown> {
  // Values go apart from the text: how they would be written into it depends on the settings of the session.
  const [result] = values.length === 0
    ? await connection.query({ sql, ...PLAIN })
    : await connection.execute({ sql, ...PLAIN }, values);
  return result;
}

async function rowsWithin(connection: MysqlConnection, sql: string, values: readonly unknown[] = []) {
  return await answerWithin(TIMEOUT_MS, ask(connection, sql, values)) as readonly MysqlRow[];
}

/** An entry that is not committed is none. The setting has not the same name everywhere. */
async function refuseDirtyReads(connection: MysqlConnection): Promise<void> {
  const names = "('tx_isolation', 'transaction_isolation')";
  const found = await rowsWithin(connection, `SHOW SESSION VARIABLES WHERE Variable_name IN ${names}`);
  if (!found.some(({ Value }) => Value === "READ-UNCOMMITTED")) return;
  throw unreachable(
    "The pool reads what others have not committed: take another isolation level than READ UNCOMMITTED",
  );
}

function holderOf(row: MysqlRow | undefined): string | undefined {
  const id = String(row?.id ?? "");
  return /^\d+$/.test(id) ? id : undefined;
}

function unreachable(message: string): DatabaseError {
  return new DatabaseError("DATABASE_UNREACHABLE", message);
}

function quote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
