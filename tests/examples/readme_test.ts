import { assert, assertEquals } from "@std/assert";
import { ROOT, withFolder } from "./run_example.ts";

/** The commands of the page, without the one that serves until it is ended. */
function commands(folder: string): string[] {
  const page = Deno.readTextFileSync(`${ROOT}examples/README.md`);
  const block = /^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? "";
  return block.trim().split("\n").filter((line) => !line.includes("--unstable-cron"))
    .map((line) => line.replaceAll(".data", folder));
}

Deno.test("the commands of examples/README.md work, in their order", async () => {
  await withFolder(async (folder) => {
    const lines = commands(folder);
    assert(lines.length > 4, lines.join("\n"));
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        `set -e\n${lines.join("\n").replaceAll("deno run", `"${Deno.execPath()}" run --quiet --no-prompt`)}`,
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(code, 0, `${text}\n${errors}`);
  });
});
