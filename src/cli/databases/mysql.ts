import { DatabaseError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { UsageError } from "../usage_error.ts";
import { closeInTime } from "./close_in_time.ts";
import type { Access, DatabaseKind, OpenDatabase, ParsedUrl, StoredNames } from "./database_kind.ts";
import { decodeName, ENCODE, isHost } from "./host_url.ts";
import { loadClient } from "./load_client.ts";

/** A MySQL or MariaDB database. */
export interface MysqlUrl extends ParsedUrl {
  /** Which driver it needs. */
  readonly kind: "mysql";
  /** The whole URL, which holds secrets. */
  readonly url: string;
}

const MYSQL = /^(mysql|mariadb):\/\/(?:[^@/?#]*@)?([^@/?#]+)(?:\/([^@/?#]*))?(?:\?[^?#]*)?$/i;
/** How long to look for a server, in milliseconds. */
const CONNECT_MS = 5_000;
/** One for the transaction, one for the lock, and one to spare. */
const CONNECTIONS = 3;

/** What the command line knows of MySQL and MariaDB. */
export const mysql: DatabaseKind<MysqlUrl> = {
  kind: "mysql",
  schemes: ["mysql:", "mariadb:"],
  parse,
  open,
  forbidden: [
    "ER_COLUMNACCESS_DENIED_ERROR",
    "ER_DBACCESS_DENIED_ERROR",
    "ER_SPECIFIC_ACCESS_DENIED_ERROR",
    "ER_TABLEACCESS_DENIED_ERROR",
  ],
  project: ({ url, shown }) => ({
    imports: { mysql2: "npm:mysql2@^3.24.6" },
    flags: ["--allow-net"],
    url: url === shown ? url : undefined,
  }),
  flavour: {
    context: "MysqlContext",
    from: "@denock/denock/mysql",
    about: [
      "Makes the change. MySQL commits each change of the schema by itself; when one",
      "fails, `rollbackExecution` undoes it. A change unit that changes data alone",
      "gets a transaction with `export const transactional = true;`.",
    ],
    isAsync: true,
    change: 'await context.db.query("ALTER TABLE users ADD COLUMN active BOOLEAN");',
    rollback: 'await context.db.query("ALTER TABLE users DROP COLUMN active");',
  },
};

function parse(url: string): MysqlUrl {
  const example = "For example: mysql://localhost:3306/shop or mariadb://localhost:3306/shop";
  const [, scheme = "", host = "", name = ""] = MYSQL.exec(url) ?? [];
  const database = decodeName(name);
  if (scheme === "" || database === undefined || !URL.canParse(url)) {
    throw new UsageError("The MySQL URL is malformed", [ENCODE, example]);
  }
  if (!isHost(host)) throw new UsageError("The MySQL URL has a host that is none", [ENCODE, example]);
  if (database === "") {
    throw new UsageError("The MySQL URL names no database", ["Put its name behind the host", example]);
  }
  return { kind: "mysql", url, shown: `${scheme.toLowerCase()}://${host}/${database}` };
}

async function open({ url, shown }: MysqlUrl, _access: Access, { history, lease }: StoredNames): Promise<OpenDatabase> {
  const [{ createPool }, { MysqlDriver }] = await Promise.all([
    loadClient("mysql2", () => import("mysql2/promise")),
    import("../../drivers/mysql/mod.ts"),
  ]);
  const pool = createPool({
    uri: url,
    connectionLimit: CONNECTIONS,
    connectTimeout: CONNECT_MS,
    multipleStatements: true, // for SQL files
  });
  try {
    (await pool.getConnection()).release();
  } catch (cause) {
    await closeInTime(() => pool.end());
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot reach ${shown}: ${firstLine(cause)}`, { cause });
  }
  const driver = new MysqlDriver({
    pool,
    ...(history !== undefined && { historyTable: history }),
    ...(lease !== undefined && { leaseTable: lease }),
  });
  return {
    driver,
    async [Symbol.asyncDispose]() {
      await closeInTime(async () => {
        await driver[Symbol.asyncDispose]();
        await pool.end();
      });
    },
  };
}
