import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openDatabase } from "@denock/denock/sqlite";
import { runExample, withFolder } from "./run_example.ts";

Deno.test("of three instances that start at once exactly one migrates, and all of them serve", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "visits.db");
    const lines = await runExample("several_instances/start_three.ts", { permissions: ["-A"], args: [file] });
    const executed = lines.map((line) => Number(/executed (\d+)/.exec(line)?.[1]));
    assertEquals(executed.toSorted(), [0, 0, 2], lines.join("\n"));
    assertEquals(lines.map((line) => /serves (.*)/.exec(line)?.[1]), Array(3).fill('{"visits":1}'));
    using database = openDatabase(file, { readOnly: true });
    const rows = database.prepare("SELECT execution_id, state FROM denock_history WHERE type = 'EXECUTION'").all();
    assertEquals(rows.map(({ state }) => state), ["EXECUTED", "EXECUTED"]);
    assertEquals(new Set(rows.map(({ execution_id }) => execution_id)).size, 1);
  });
});
