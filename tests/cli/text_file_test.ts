import { assertEquals, assertRejects } from "@std/assert";
import { createFile, isThere, readIfThere, replaceFile } from "../../src/cli/text_file.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { WorkFolder } from "./denock.ts";

async function namesIn(folder: WorkFolder): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder.path))).map(({ name }) => name).toSorted();
}

Deno.test("replaceFile() replaces a file, and leaves nothing behind when it cannot", async () => {
  await using folder = await WorkFolder.make({ "a.txt": "old", "folder/b.txt": "" });
  await replaceFile(`${folder.path}/a.txt`, "new");
  assertEquals(await readIfThere(`${folder.path}/a.txt`), "new");
  await assertRejects(
    () => replaceFile(`${folder.path}/folder`, "new"),
    UsageError,
    `Cannot write "${folder.path}/folder"`,
  );
  assertEquals(await namesIn(folder), ["a.txt", "folder"]);
});

Deno.test("createFile() makes folders, and throws UsageError for what is there, also a link that leads nowhere", async () => {
  await using folder = await WorkFolder.make();
  const path = `${folder.path}/one/two/a.txt`;
  await createFile(path, "text");
  await Deno.symlink(`${folder.path}/gone`, `${folder.path}/link`);
  for (const taken of [path, `${folder.path}/link`]) {
    await assertRejects(() => createFile(taken, "other"), UsageError, "already, and it is not overwritten");
  }
  assertEquals([await readIfThere(path), await readIfThere(`${folder.path}/gone`)], ["text", undefined]);
  assertEquals([await isThere(`${folder.path}/link`), await isThere(`${folder.path}/gone`)], [true, false]);
});
