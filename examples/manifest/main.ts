/**
 * A program that lists no folder: its change units come from a module of literal imports, so that they can be bundled or
 * compiled into it, and no permission to read them is needed.
 *
 *     deno task denock manifest --migrations examples/manifest/migrations
 *     deno run --allow-read=.data --allow-write=.data examples/manifest/main.ts .data/notes.db
 *
 * @module
 */

import { ManifestSource, Runner } from "@denock/denock";
import { openDatabase, SqliteDriver } from "@denock/denock/sqlite";
import manifest from "./migrations/manifest.ts";

using database = openDatabase(Deno.args[0] ?? ":memory:");
await using driver = new SqliteDriver({ database });
const { executed } = await new Runner({ driver, migrations: new ManifestSource(manifest) }).migrate();
console.log(`executed ${executed.map(({ file }) => file).join(", ") || "nothing"}`);
