import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { exampleArguments, ROOT, runExample, withFolder } from "./run_example.ts";

const MIGRATIONS = "examples/manifest/migrations";

Deno.test("the example of a manifest migrates although it may not read its change units", async () => {
  await withFolder(async (folder) => {
    const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`, `--deny-read=${ROOT}${MIGRATIONS}`];
    const run = () => runExample("manifest/main.ts", { permissions, args: [join(folder, "notes.db")] });
    assertEquals(await run(), ["executed 0001_create_notes.ts, 0002_add_first_note.ts"]);
    assertEquals(await run(), ["executed nothing"]);
  });
});

Deno.test("the manifest of the example is current", async () => {
  const [program, ...words] = ["../src/cli/main.ts", "manifest", "--check", "--migrations", MIGRATIONS];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: exampleArguments(program ?? "", { permissions: ["-A"], args: words }),
    cwd: ROOT,
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});
