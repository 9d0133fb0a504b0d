import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openDatabase } from "@denock/denock/sqlite";
import { runExample, withFolder } from "./run_example.ts";

Deno.test("the example of a library migrates through its repository once, with few permissions", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "library.db");
    const options = { permissions: [`--allow-read=${folder}`, `--allow-write=${folder}`], args: [file] };
    assertEquals(await runExample("library/main.ts", options), [
      "add_first_orders: 2 orders",
      "executed 2, done before 0",
      "prices: 1200, 3000",
    ]);
    assertEquals(await runExample("library/main.ts", options), ["executed 0, done before 2", "prices: 1200, 3000"]);
    using database = openDatabase(file, { readOnly: true });
    const entries = database.prepare("SELECT metadata FROM denock_history WHERE state = 'EXECUTED'").all();
    assertEquals(entries.map(({ metadata }) => JSON.parse(String(metadata))), Array(2).fill({ release: "1.2.3" }));
  });
});
