import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { driverConformance } from "@denock/denock/testing";
import { LogFile } from "../../examples/custom_driver/log_file.ts";
import { LogFileDriver, type LogFileDriverContext } from "../../examples/custom_driver/log_file_driver.ts";
import { runExample, withFolder } from "./run_example.ts";

driverConformance<LogFileDriverContext>({
  test: (name, run) => Deno.test(`LogFileDriver, ${name}`, run),
  async open() {
    const folder = await Deno.makeTempDir({ prefix: "denock-example-" });
    const path = join(folder, "log.jsonl");
    return {
      connect: () => Promise.resolve(new LogFileDriver({ file: new LogFile(path) })),
      write: (context, key) => context.db.set(key, true),
      has: async (context, key) => await context.db.get(key) === true,
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  },
});

Deno.test("the example of a driver of one's own migrates a file, and finds nothing to do the second time", async () => {
  await withFolder(async (folder) => {
    const run = () =>
      runExample("custom_driver/main.ts", {
        permissions: [`--allow-read=${folder}`, `--allow-write=${folder}`],
        args: [join(folder, "prices.jsonl")],
      });
    assertEquals(await run(), ["executed 1, 2 prices, 2 entries in the history"]);
    assertEquals(await run(), ["executed 0, 2 prices, 2 entries in the history"]);
  });
});

Deno.test("a log file ignores what a process that has died has left of a line, and goes on behind the last whole one", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "log.jsonl");
    const put = (value: number) => new LogFile(path).change(() => ({ result: 0, commit: { values: { value } } }));
    await put(1);
    await Deno.writeTextFile(path, '{"values":{"value":', { append: true });
    const reader = new LogFile(path);
    reader.refresh();
    assertEquals(reader.values.get("value"), 1);
    await put(2);
    reader.refresh();
    assertEquals(reader.values.get("value"), 2);
  });
});

/** Adds 1 as often as it is told, each time to what the file has by then. */
const COUNT = `
const [module, path, times] = Deno.args;
const { LogFile } = await import(module);
const file = new LogFile(path);
for (let left = Number(times); left > 0; left--) {
  await file.change(() => ({ result: 0, commit: { values: { count: (file.values.get("count") ?? 0) + 1 } } }));
}
`;

Deno.test("a log file loses nothing when several processes write at the same time", async () => {
  await withFolder(async (folder) => {
    const [path, program] = [join(folder, "log.jsonl"), join(folder, "count.js")];
    await Deno.writeTextFile(program, COUNT);
    const module = new URL("../../examples/custom_driver/log_file.ts", import.meta.url).href;
    const args = ["run", "--quiet", "--no-prompt", "-A", program, module, path, "200"];
    const ended = await Promise.all([1, 2, 3].map(() => new Deno.Command(Deno.execPath(), { args }).output()));
    assertEquals(ended.map(({ code }) => code), [0, 0, 0], new TextDecoder().decode(ended[0]?.stderr));
    const file = new LogFile(path);
    file.refresh();
    assertEquals(file.values.get("count"), 600);
  });
});
