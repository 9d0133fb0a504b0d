import type { DatabaseKind } from "./database_kind.ts";
import { kv, type KvUrl } from "./kv.ts";
import { mongodb, type MongoUrl } from "./mongodb.ts";
import { mysql, type MysqlUrl } from "./mysql.ts";
import { postgres, type PostgresUrl } from "./postgres.ts";
import { sqlite, type SqliteUrl } from "./sqlite.ts";

/** A database URL, taken apart. */
export type DatabaseUrl = KvUrl | MongoUrl | MysqlUrl | PostgresUrl | SqliteUrl;

/** What the command line knows of each kind of database. Another kind is a file in this folder, and a line in each of these. */
export const DATABASE_KINDS: { readonly [Kind in DatabaseUrl["kind"]]: DatabaseKind<DatabaseUrl & { kind: Kind }> } = {
  kv,
  mongodb,
  mysql,
  postgres,
  sqlite,
};

/** What the command line knows of the kind of database that a URL names. */
export function kindOf(url: DatabaseUrl): DatabaseKind<DatabaseUrl> {
  // Each kind is only ever given URLs that it has taken apart itself.
  return DATABASE_KINDS[url.kind] as DatabaseKind<DatabaseUrl>;
}
