import { DatabaseError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { UsageError } from "../usage_error.ts";
import { closeInTime } from "./close_in_time.ts";
import type { Access, DatabaseKind, OpenDatabase, ParsedUrl, StoredNames } from "./database_kind.ts";
import { decodeName, ENCODE, isHost } from "./host_url.ts";
import { loadClient } from "./load_client.ts";

/** A PostgreSQL database. */
export interface PostgresUrl extends ParsedUrl {
  /** Which driver it needs. */
  readonly kind: "postgres";
  /** The whole URL without the option `schema`; it holds secrets. */
  readonly url: string;
  /** The schema of the driver's tables, or undefined to leave it to the driver. */
  readonly schema: string | undefined;
}

const POSTGRES = /^(?:postgres|postgresql):\/\/(?:[^@/?#]*@)?([^@/?#]+)\/([^@/?#]*)(?:\?([^?#]*))?$/i;
/** How long to wait for a connection, in seconds, unless the URL says otherwise. */
const CONNECT_SECONDS = 5;
/** How long the client waits for its connections at the end, in seconds. */
const END_SECONDS = 1;

/** What the command line knows of PostgreSQL. */
export const postgres: DatabaseKind<PostgresUrl> = {
  kind: "postgres",
  schemes: ["postgres:", "postgresql:"],
  parse,
  open,
  forbidden: ["42501"],
  project: ({ url, schema, shown }) => ({
    imports: { postgres: "npm:postgres@^3.4.9" },
    flags: ["--allow-net"],
    url: schema === undefined && url === shown ? url : undefined,
  }),
  flavour: {
    context: "PostgresContext",
    from: "@denock/denock/postgres",
    about: [
      "Makes the change. All statements of `context.sql` are in one transaction: all",
      "of them take effect, or none. That goes for tables and indexes, too.",
    ],
    isAsync: true,
    change: "await context.sql`alter table users add column active boolean`;",
    rollback: "await context.sql`alter table users drop column active`;",
  },
};

function parse(given: string): PostgresUrl {
  const example = "For example: postgres://localhost:5432/shop";
  const match = POSTGRES.exec(given);
  const database = decodeName(match?.[2] ?? "");
  if (match === null || database === undefined) {
    throw new UsageError("The PostgreSQL URL is malformed", [ENCODE, example]);
  }
  const [, hosts = ""] = match;
  if (!hosts.split(",").every(isHost)) {
    throw new UsageError("The PostgreSQL URL has a host that is none", [ENCODE, example]);
  }
  if (database === "") {
    throw new UsageError("The PostgreSQL URL names no database", ["Put its name behind the hosts", example]);
  }
  const [head = "", query = ""] = given.split("?", 2);
  const options = new URLSearchParams(query);
  const schema = options.get("schema") ?? undefined;
  options.delete("schema");
  const url = options.size === 0 ? head : `${head}?${options}`;
  return { kind: "postgres", url, schema, shown: `postgres://${hosts}/${database}` };
}

async function open(
  { url, schema, shown }: PostgresUrl,
  _access: Access,
  { history, lease }: StoredNames,
): Promise<OpenDatabase> {
  const [{ default: connect }, { PostgresDriver }] = await Promise.all([
    loadClient("postgres", () => import("postgres")),
    import("../../drivers/postgres/mod.ts"),
  ]);
  const sql = makeClient(connect, url);
  const close = () => closeInTime(() => sql.end({ timeout: END_SECONDS }));
  try {
    await sql`select 1`;
  } catch (cause) {
    await close();
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot reach ${shown}: ${firstLine(cause)}`, { cause });
  }
  const driver = new PostgresDriver({
    sql,
    ...(schema !== undefined && { schema }),
    ...(history !== undefined && { historyTable: history }),
    ...(lease !== undefined && { leaseTable: lease }),
  });
  return { driver, [Symbol.asyncDispose]: close };
}

function makeClient(connect: typeof import("postgres"), url: string) {
  try {
    return connect(url, {
      ...(!/[?&]connect_timeout=/.test(url) && { connect_timeout: CONNECT_SECONDS }),
      ...(!/[?&]application_name=/.test(url) && { connection: { application_name: "denock" } }),
      // What is there already, or is not, is no news.
      onnotice: ({ severity, message }) => severity === "NOTICE" ? undefined : console.warn(`${severity}: ${message}`),
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UsageError(`The PostgreSQL URL is not valid: ${firstLine(error)}`, ["Correct it and run again"]);
  }
}
