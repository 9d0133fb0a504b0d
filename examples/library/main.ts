/**
 * Denock as a library: a builder that knows the types, a dependency that is passed on as it is, and a repository that a
 * factory makes on the transaction of each change unit.
 *
 *     deno run --allow-read=.data --allow-write=.data examples/library/main.ts .data/library.db
 *
 * @module
 */

import { factory, Runner } from "@denock/denock";
import { openDatabase, type SqliteContext, SqliteDriver } from "@denock/denock/sqlite";
import { changes } from "./changes.ts";
import { Orders } from "./orders.ts";

// The program opens the database and closes it; the driver only works on it.
using database = openDatabase(Deno.args[0] ?? ":memory:");
await using driver = new SqliteDriver({ database });

const runner = Runner.builder()
  .driver(driver)
  .dependency("tax", { percent: 20 })
  // Made anew for each method, on its `db`: what the repository writes is part of the transaction.
  .dependency("orders", factory(({ db }: SqliteContext) => new Orders(db)))
  .migrations(changes)
  .settings({
    metadata: { release: "1.2.3" },
    listener(event) {
      if (event.type === "change.log") console.log(`${event.change.id}: ${event.message}`);
    },
  })
  .build();

const { executed, done } = await runner.migrate();
console.log(`executed ${executed.length}, done before ${done}`);

// The application goes on with the same database and the same class.
console.log(`prices: ${new Orders(database).prices().join(", ")}`);
