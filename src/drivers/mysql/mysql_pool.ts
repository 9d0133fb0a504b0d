/** What the driver needs of a connection: one of `npm:mysql2/promise`, of any version that has this. */
export interface MysqlConnection {
  /** Sends a statement as a text. */
  query(options: MysqlStatement, values?: unknown): Promise<readonly [unknown, unknown]>;
  /** Sends a statement apart from its values. */
  execute(options: MysqlStatement, values?: unknown): Promise<readonly [unknown, unknown]>;
  /** Gives it back to its pool. */
  release(): void;
  /** Closes it at once. */
  destroy(): void;
}

/** What the driver needs of the pool: `createPool()` of `npm:mysql2/promise`. */
export interface MysqlPool {
  /** Takes a connection out of the pool. */
  getConnection(): Promise<MysqlConnection>;
  /** Writes a value as SQL. */
  escape(value: unknown): string;
  /** Writes a name as SQL. */
  escapeId(value: string): string;
  /** Writes values into a statement. */
  format(sql: string, values?: unknown): string;
}

/** A statement with its options, which are those of `npm:mysql2`. */
export interface MysqlStatement {
  /** The text. */
  readonly sql: string;
  /** For how long to wait for an answer, in milliseconds; without it there is no end. */
  readonly timeout?: number;
  /** Whether rows come as arrays. */
  readonly rowsAsArray?: boolean;
  /** Whether values get the types of JavaScript. */
  readonly typeCast?: boolean;
}

/** A row of a result. */
export type MysqlRow = Readonly<Record<string, unknown>>;

/**
 * How many connections a pool may have, or undefined when it does not say.
 *
 * @throws {TypeError} for the kind of pool whose methods take callbacks.
 */
export function connectionLimitOf(pool: MysqlPool): number | undefined {
  if ("promise" in pool && typeof pool.promise === "function") {
    throw new TypeError("A MysqlDriver needs a pool of npm:mysql2/promise: give it `pool.promise()`");
  }
  const limit = partOf(configurationOf(pool), "connectionLimit");
  return typeof limit === "number" ? limit : undefined;
}

/** Whether a text for this pool may hold several statements. */
export function allowsScripts(pool: MysqlPool): boolean {
  return partOf(partOf(configurationOf(pool), "connectionConfig"), "multipleStatements") === true;
}

function configurationOf(pool: MysqlPool): unknown {
  return partOf(partOf(pool, "pool"), "config");
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
