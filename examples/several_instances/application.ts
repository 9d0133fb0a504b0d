/**
 * A web application that brings its database up to date before it serves. Any number of instances may start at the same
 * time: one migrates, the others wait for it, and each serves only when everything is there.
 *
 *     deno run --allow-net=localhost --allow-read --allow-write=.data examples/several_instances/application.ts .data/visits.db
 *
 * @module
 */

import { Runner } from "@denock/denock";
import { openDatabase, SqliteDriver } from "@denock/denock/sqlite";

using database = openDatabase(Deno.args[0] ?? ".data/visits.db");
await using driver = new SqliteDriver({ database });
const runner = new Runner({
  driver,
  migrations: new URL("./migrations/", import.meta.url),
  // Whoever looks into the history sees which instance it was.
  hostname: `instance ${Deno.pid}`,
  // Longer than the longest release may take; an instance that gives up does not serve.
  lock: { waitMs: 600_000 },
});

// Whoever is told to stop in the middle rolls back what is under way, and gives the lock back.
const stopping = new AbortController();
const { signal } = stopping;
Deno.addSignalListener("SIGTERM", () => stopping.abort());

// With nothing to do this is one read, so every start can afford it. An error ends the instance before it serves.
const { executed } = await runner.migrate({ signal });

const server = Deno.serve({
  hostname: "localhost",
  port: 0,
  signal,
  onListen: ({ port }) => console.log(JSON.stringify({ port, executed: executed.length })),
}, () => Response.json(database.prepare("SELECT count(*) AS visits FROM visits").get()));
await server.finished;
