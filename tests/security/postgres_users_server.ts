/**
 * A PostgreSQL server that asks for passwords, as those of other people do.
 *
 * @module
 */

import postgres, { type Sql } from "postgres";
import { findPostgresBinaries } from "../../scripts/postgres_binaries.ts";
import { startPostgresProcess } from "../../scripts/postgres_process.ts";

/** A server with roles, and an empty database on it. */
export interface PostgresUsersServer extends AsyncDisposable {
  /** The client of somebody who may do anything. */
  readonly root: Sql;
  /** The URL of the database for a role. */
  url(user: string, password: string): string;
}

const TRUST = "host all postgres all trust\nhost all all all scram-sha-256\n";

/** Starts a server with roles, or gives null when there is no program to start one. */
export async function startPostgresUsersServer(): Promise<PostgresUsersServer | null> {
  if (await findPostgresBinaries() === undefined) return null;
  const rules = await Deno.makeTempFile({ prefix: "denock-" });
  await Deno.writeTextFile(rules, TRUST);
  // The user that the server runs as has to read it.
  await Deno.chmod(rules, 0o644);
  const started = await startPostgresProcess({ settings: { hba_file: rules } });
  const url = (user: string, password: string) => {
    const named = new URL(started.url);
    [named.username, named.password, named.pathname] = [user, encodeURIComponent(password), "/shop"];
    return named.href;
  };
  const first = postgres(started.url, { max: 1, onnotice() {} });
  await first`create database shop`;
  await first.end();
  const root = postgres(url("postgres", ""), { onnotice() {} });
  return {
    root,
    url,
    async [Symbol.asyncDispose]() {
      await root.end();
      await started.stop();
      await Deno.remove(rules);
    },
  };
}
