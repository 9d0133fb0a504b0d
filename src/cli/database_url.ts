import { nearest } from "../change_unit/nearest.ts";
import { UsageError } from "./usage_error.ts";

/** A database URL, taken apart. */
export type DatabaseUrl = SqliteUrl | MongoUrl;

/** A SQLite database. */
export interface SqliteUrl {
  /** Which driver it needs. */
  readonly kind: "sqlite";
  /** The path of the file, or `:memory:`. */
  readonly path: string;
  /** How people see it. */
  readonly shown: string;
}

/** A MongoDB database. */
export interface MongoUrl {
  /** Which driver it needs. */
  readonly kind: "mongodb";
  /** The whole URL, which holds secrets. */
  readonly url: string;
  /** The name of the database. */
  readonly database: string;
  /** The names of its options in lower case, as MongoDB compares them. */
  readonly options: ReadonlySet<string>;
  /** How people see it: without user, password and options. */
  readonly shown: string;
}

const SCHEMES = ["sqlite:", "mongodb:", "mongodb+srv:"];
const MONGODB = /^(mongodb(?:\+srv)?:\/\/)(?:[^@/?#]*@)?([^@/?#]+)(?:\/([^@/?#]*))?(?:\?([^?#]*))?$/i;
const ENCODE = "Percent-encode the characters :/?#[]@% in the user name and the password (@ is %40)";

/**
 * Takes a database URL apart.
 *
 * @throws {UsageError} when it is malformed or of a kind that is not known; what it holds is not repeated.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  if (scheme === "sqlite:") return parseSqlite(url.slice(scheme.length));
  if (scheme === "mongodb:" || scheme === "mongodb+srv:") return parseMongodb(url);
  const known = `${SCHEMES.slice(0, -1).join(", ")} or ${SCHEMES.at(-1)}`;
  // Without a scheme that ends in "//" the part in front of the first colon may be anything.
  const isScheme = scheme !== undefined && url.slice(scheme.length).startsWith("//");
  if (!isScheme) throw new UsageError(`The database URL must begin with ${known}`, ["For a file: sqlite:./shop.db"]);
  const suggestion = nearest(scheme, SCHEMES);
  const message = `There is no driver for ${scheme}${suggestion ? `: did you mean ${suggestion}` : ""}`;
  throw new UsageError(message, [`Use a database URL that begins with ${known}`]);
}

function parseSqlite(rest: string): SqliteUrl {
  const path = rest.replace(/^\/\/(?=[./:])/, "");
  const example = "For example: sqlite:./shop.db, sqlite:/var/lib/shop.db or sqlite::memory:";
  if (path === "") throw new UsageError("The database URL names no file", [example]);
  if (path.startsWith("//")) throw new UsageError("The database URL names a host, and SQLite has none", [example]);
  if (/[?#\0]/.test(path)) {
    throw new UsageError("The database URL has options, and for SQLite there are none", [example]);
  }
  return { kind: "sqlite", path, shown: `sqlite:${path}` };
}

function parseMongodb(url: string): MongoUrl {
  const example = "For example: mongodb://localhost:27017/shop";
  const match = MONGODB.exec(url);
  const database = decode(match?.[3] ?? "");
  if (match === null || database === undefined) {
    throw new UsageError("The MongoDB URL is malformed", [ENCODE, example]);
  }
  const [, scheme = "", hosts = "", , query = ""] = match;
  const host = /^(?:[^:[\]\s,]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
  if (!hosts.split(",").every((each) => host.test(each))) {
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

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
