import { DatabaseError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { UsageError } from "../usage_error.ts";
import { closeInTime } from "./close_in_time.ts";
import type { Access, DatabaseKind, OpenDatabase, ParsedUrl, StoredNames } from "./database_kind.ts";
import { decodeName, ENCODE, isHost } from "./host_url.ts";
import { loadClient } from "./load_client.ts";

/** A MongoDB database. */
export interface MongoUrl extends ParsedUrl {
  /** Which driver it needs. */
  readonly kind: "mongodb";
  /** The whole URL, which holds secrets. */
  readonly url: string;
  /** The name of the database. */
  readonly database: string;
  /** The names of its options in lower case, as MongoDB compares them. */
  readonly options: ReadonlySet<string>;
}

const MONGODB = /^(mongodb(?:\+srv)?:\/\/)(?:[^@/?#]*@)?([^@/?#]+)(?:\/([^@/?#]*))?(?:\?([^?#]*))?$/i;
/** How long to look for a server, in milliseconds, unless the URL says otherwise. */
const SERVER_SELECTION_MS = 15_000;

/** What the command line knows of MongoDB. */
export const mongodb: DatabaseKind<MongoUrl> = {
  kind: "mongodb",
  schemes: ["mongodb:", "mongodb+srv:"],
  parse,
  open,
  forbidden: [13],
  project: ({ url, shown }) => ({
    imports: { mongodb: "npm:mongodb@^7.9.0" },
    flags: ["--allow-net"],
    url: url === shown ? url : undefined,
  }),
  flavour: {
    context: "MongoContext",
    from: "@denock/denock/mongodb",
    about: [
      "Makes the change. All calls on `context.db` are in one transaction: all of",
      "them take effect, or none. Collections and indexes are made outside of it,",
      "in a `beforeExecution` with its `rollbackBeforeExecution`.",
    ],
    isAsync: true,
    change: 'await context.db.collection("users").updateMany({}, { $set: { active: true } });',
    rollback: 'await context.db.collection("users").updateMany({}, { $unset: { active: "" } });',
  },
};

function parse(url: string): MongoUrl {
  const example = "For example: mongodb://localhost:27017/shop";
  const match = MONGODB.exec(url);
  const database = decodeName(match?.[3] ?? "");
  if (match === null || database === undefined) {
    throw new UsageError("The MongoDB URL is malformed", [ENCODE, example]);
  }
  const [, scheme = "", hosts = "", , query = ""] = match;
  if (!hosts.split(",").every(isHost)) {
    throw new UsageError("The MongoDB URL has a host that is none", [ENCODE, example]);
  }
  if (database === "") {
    throw new UsageError("The MongoDB URL names no database", ["Put its name behind the hosts", example]);
  }
  if (/[/\\. "$\0]/.test(database)) {
    throw new UsageError("The MongoDB URL names a database with a character that names cannot have", [example]);
  }
  const options = new Set(query.split(/[&;]/).map((option) => option.split("=", 1)[0]?.toLowerCase() ?? ""));
  return { kind: "mongodb", url, database, options, shown: `${scheme}${hosts}/${database}` };
}

async function open(url: MongoUrl, _access: Access, { history, lease }: StoredNames): Promise<OpenDatabase> {
  const [{ MongoClient }, { MongoDriver }] = await Promise.all([
    loadClient("mongodb", () => import("mongodb")),
    import("../../drivers/mongodb/mod.ts"),
  ]);
  const client = makeClient(MongoClient, url);
  try {
    await client.connect();
  } catch (cause) {
    await closeInTime(() => client.close());
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot reach ${url.shown}: ${firstLine(cause)}`, { cause });
  }
  const driver = new MongoDriver({
    client,
    database: url.database,
    ...(history !== undefined && { historyCollection: history }),
    ...(lease !== undefined && { leaseCollection: lease }),
  });
  return {
    driver,
    async [Symbol.asyncDispose]() {
      await closeInTime(async () => {
        await driver[Symbol.asyncDispose]();
        await client.close();
      });
    },
  };
}

function makeClient(MongoClient: typeof import("mongodb").MongoClient, { url, options }: MongoUrl) {
  try {
    return new MongoClient(url, {
      ...(!options.has("serverselectiontimeoutms") && { serverSelectionTimeoutMS: SERVER_SELECTION_MS }),
      ...(!options.has("appname") && { appName: "denock" }),
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new UsageError(`The MongoDB URL is not valid: ${firstLine(error)}`, ["Correct it and run again"]);
  }
}
