import type { Guard } from "../../driver.ts";
import { MigrationError } from "../../errors.ts";
import type { MysqlConnection, MysqlPool, MysqlRow, MysqlStatement } from "./mysql_pool.ts";
import type { OpenTransaction } from "./open_transaction.ts";
import { ruleFor } from "./statement_rules.ts";
import type { StatementQueue } from "./statement_queue.ts";

/** What a change unit sends statements through. It is one connection, so what is set by `SET` holds for what follows. */
export interface MysqlDatabase {
  /**
   * Sends a statement as a text, with its values written into it.
   *
   * @typeParam Result What comes back: rows, or the status of a statement without rows.
   */
  query<Result = readonly MysqlRow[]>(
    statement: string | MysqlStatement,
    values?: unknown,
  ): Promise<[Result, unknown]>;
  /**
   * Sends a prepared statement, apart from its values.
   *
   * @typeParam Result What comes back: rows, or the status of a statement without rows.
   */
  execute<Result = readonly MysqlRow[]>(
    statement: string | MysqlStatement,
    values?: unknown,
  ): Promise<[Result, unknown]>;
  /** Writes a value as SQL. */
  escape(value: unknown): string;
  /** Writes a name as SQL. */
  escapeId(value: string): string;
  /** Writes values into a statement. */
  format(sql: string, values?: unknown): string;
}

/** What a database is bound to. */
export interface Binding {
  /** Called right before every statement. */
  readonly guard: Guard;
  /** Statements go one after the other. */
  readonly queue: StatementQueue;
  /** The pool, which knows how values are written. */
  readonly pool: MysqlPool;
  /** The connection for a statement that may leave something behind in it, or not. */
  readonly connect: (leaves: "something" | "nothing") => Promise<MysqlConnection>;
  /** The transaction, or undefined outside of one. */
  readonly transaction?: OpenTransaction;
}

/** Members that belong to whoever owns the connection. */
const OWNERS_ONLY: readonly PropertyKey[] = [
  ...[
    "beginTransaction",
    "changeUser",
    "close",
    "commit",
    "connect",
    "connection",
    "createBinlogStream",
    "destroy",
    "end",
  ],
  ...["getConnection", "pause", "pool", "release", "reset", "resume", "rollback", Symbol.asyncDispose],
];

/** A database with a guard in front of every statement; in a transaction it refuses what would end that. */
export function bindDatabase(binding: Binding): MysqlDatabase {
  const send = (method: "query" | "execute") => (statement: string | MysqlStatement, values?: unknown) => {
    const options = typeof statement === "string" ? { sql: statement } : statement;
    return binding.queue.run(() => sendBound(binding, method, options, values)) as Promise<[never, unknown]>;
  };
  const { pool } = binding;
  return refuseOwnersMembers({
    query: send("query"),
    execute: send("execute"),
    escape: (value) => pool.escape(value),
    escapeId: (value) => pool.escapeId(value),
    format: (sql, values) => pool.format(sql, values),
  });
}

async function sendBound(
  binding: Binding,
  method: "query" | "execute",
  options: MysqlStatement,
  values: unknown,
): Promise<readonly [unknown, unknown]> {
  const { guard, transaction, connect } = binding;
  guard();
  const rule = ruleFor(String(options.sql));
  if (transaction !== undefined && rule.ending !== undefined) throw refusal(rule.ending, rule.isTransactionControl);
  const open = await connect(rule.changesSession ? "something" : "nothing");
  await transaction?.mark();
  // Both take time, and the lock may have been lost in the meantime.
  guard();
  try {
    const result = await open[method](options, values);
    transaction?.noteResult(result[0]);
    return result;
  } catch (error) {
    await transaction?.noteError(error);
    throw error;
  }
}

function refusal(ending: string, isTransactionControl: boolean): MigrationError {
  const message = isTransactionControl
    ? `A change unit cannot begin or end a transaction inside of its own: leave ${ending} away, or leave ` +
      "`transactional: true` away"
    : `${ending} would commit the transaction of the change unit: put it into the before step (beforeExecution), or leave ` +
      "`transactional: true` away";
  return new MigrationError("REFUSED_IN_TRANSACTION", message);
}

function refuseOwnersMembers(database: MysqlDatabase): MysqlDatabase {
  return new Proxy(database, {
    get(target, name) {
      if (!OWNERS_ONLY.includes(name)) return Reflect.get(target, name, target);
      throw new TypeError(`A change unit cannot use ${String(name)} of the database: it belongs to the caller`);
    },
  });
}
