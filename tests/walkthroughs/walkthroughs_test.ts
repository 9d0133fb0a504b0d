import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { MongoClient } from "mongodb";
import { freshDatabaseName, mongodbTest } from "../mongodb_server.ts";
import { play } from "./play.ts";
import { readWalkthroughs, type Walkthrough } from "./walkthrough.ts";

/** The pages whose sections can be followed from an empty folder on. */
const PAGES = ["getting_started.md", "command_line.md", "change_units.md"];

const MONGODB = "mongodb://localhost:27017/shop?replicaSet=rs0";

for (const page of PAGES) {
  const text = Deno.readTextFileSync(fromFileUrl(new URL(`../../docs/${page}`, import.meta.url)));
  const found = readWalkthroughs(text);
  Deno.test(`docs/${page} has sections that can be followed`, () => assert(found.length > 0));
  for (const walkthrough of found) register(`docs/${page} can be followed: ${walkthrough.title}`, walkthrough);
}

function register(name: string, walkthrough: Walkthrough): void {
  const uses = (url: string) => JSON.stringify(walkthrough.steps).includes(url);
  if (!uses(MONGODB)) return Deno.test(name, () => play(walkthrough));
  mongodbTest(name, async (server) => {
    const real = server.url(freshDatabaseName());
    try {
      await play(walkthrough, { documented: MONGODB, real });
    } finally {
      await using client = new MongoClient(real);
      await client.db().dropDatabase();
    }
  });
}
