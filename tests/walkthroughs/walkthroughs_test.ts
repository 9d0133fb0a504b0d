import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { MongoClient } from "mongodb";
import { freshDatabaseName, mongodbTest } from "../mongodb_server.ts";
import { mysqlTest, openMysqlDatabase } from "../mysql_server.ts";
import { postgresTest } from "../postgres_server.ts";
import { play } from "./play.ts";
import { readWalkthroughs, type Walkthrough } from "./walkthrough.ts";

/** The pages whose sections can be followed from an empty folder on. */
const PAGES = [
  "getting_started.md",
  "command_line.md",
  "change_units.md",
  "when_it_fails.md",
  "transactions.md",
  "deployment.md",
  "coming_from_migrate_mongo.md",
  "coming_from_umzug.md",
  "coming_from_nessie.md",
];

/** Registers a test with the URL of a fresh database. */
type PlaceTest = (name: string, run: (real: string) => Promise<void>) => void;

/** The URLs of databases on a server, as the pages have them, and where a walkthrough with such a URL really takes place. */
const PLACES: Readonly<Record<string, PlaceTest>> = {
  "mongodb://localhost:27017/shop?replicaSet=rs0": (name, run) =>
    mongodbTest(name, async (server) => {
      const real = server.url(freshDatabaseName());
      try {
        await run(real);
      } finally {
        await using client = new MongoClient(real);
        await client.db().dropDatabase();
      }
    }),
  "postgres://ann:secret@localhost:5432/shop": (name, run) => postgresTest(name, ({ url }) => run(url)),
  "mysql://ann:secret@localhost:3306/shop": (name, run) =>
    mysqlTest(name, async (server) => {
      await using database = await openMysqlDatabase(server);
      await run(database.url);
    }),
};

for (const page of PAGES) {
  const text = Deno.readTextFileSync(fromFileUrl(new URL(`../../docs/${page}`, import.meta.url)));
  const found = readWalkthroughs(text);
  Deno.test(`docs/${page} has sections that can be followed`, () => assert(found.length > 0));
  for (const walkthrough of found) register(`docs/${page} can be followed: ${walkthrough.title}`, walkthrough);
}

function register(name: string, walkthrough: Walkthrough): void {
  const steps = JSON.stringify(walkthrough.steps);
  const place = Object.entries(PLACES).find(([documented]) => steps.includes(documented));
  if (place === undefined) return Deno.test(name, () => play(walkthrough));
  const [documented, test] = place;
  test(name, (real) => play(walkthrough, { documented, real }));
}
