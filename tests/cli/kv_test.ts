import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import denock from "../../deno.json" with { type: "json" };
import { documentOf, finish, QUIET, ROOT, WorkFolder } from "./denock.ts";

const SHOP = ["--database", "kv:./shop.kv"];
const UNIT = `export const execution = ({ atomic }: any) => atomic.set(["settings", "active"], true);
export const rollbackExecution = ({ atomic }: any) => atomic.delete(["settings", "active"]);
`;

Deno.test("denock migrates, lists, validates and undoes a file of Deno KV", async () => {
  await using folder = await WorkFolder.make({ "migrations/0001_set_active.ts": UNIT });
  const path = join(folder.path, "shop.kv");
  const active = async () => {
    using kv = await Deno.openKv(path);
    return (await kv.get(["settings", "active"])).value;
  };
  const migrated = documentOf(await folder.denock(["migrate", "--json", ...SHOP]));
  assertEquals(migrated.report.executed.map(({ id }: { id: string }) => id), ["set_active"]);
  assertEquals(await active(), true);
  assertStringIncludes((await folder.denock(["list", ...SHOP])).stdout, "EXECUTED");
  assertEquals((await folder.denock(["validate", ...SHOP])).code, 0);
  assertEquals((await folder.denock(["undo", "--all", "--yes", ...SHOP])).code, 0);
  assertEquals(await active(), null);
});

Deno.test("denock makes no file of Deno KV only to read from it", async () => {
  await using folder = await WorkFolder.make({ "migrations/0001_set_active.ts": UNIT });
  for (const command of ["plan", "list", "history"]) {
    assertEquals((await folder.denock([command, ...SHOP])).code, 0);
  }
  assert(!await folder.has("shop.kv"));
});

Deno.test("denock says how to switch Deno KV on where it is not", async () => {
  await using folder = await WorkFolder.make({ "migrations/0001_set_active.ts": UNIT });
  const { unstable: _unstable, exports: _exports, ...rest } = denock;
  await folder.write("plain.json", JSON.stringify({ ...rest, links: [join(ROOT, ".offline", "*")] }));
  const run = async (flags: readonly string[]) =>
    await finish(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--config=plain.json", ...flags, join(ROOT, "src/cli/main.ts"), "plan", ...SHOP],
        cwd: folder.path,
        env: QUIET,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  const refused = await run([]);
  assertEquals(refused.code, 2, refused.stderr);
  assertStringIncludes(refused.stderr, "Deno KV is not switched on");
  assertStringIncludes(refused.stderr, "--unstable-kv");
  const allowed = await run(["--unstable-kv"]);
  assertEquals(allowed.code, 0, allowed.stderr);
});

Deno.test("denock needs to read and write the file of Deno KV and nothing else, and says what is missing", async () => {
  await using folder = await WorkFolder.make({ "migrations/0001_set_active.ts": UNIT });
  const read = "--allow-read=migrations,denock.config.ts,shop.kv";
  const refused = await folder.denock(["migrate", ...SHOP], { deno: [read] });
  assertEquals(refused.code, 2, refused.stderr);
  assertStringIncludes(refused.stderr, "--allow-write");
  const allowed = await folder.denock(["migrate", ...SHOP], { deno: [read, "--allow-write=shop.kv"] });
  assertEquals(allowed.code, 0, allowed.stderr);
});

Deno.test("denock says of Deno KV what cannot be opened, and that its history has no other name", async () => {
  await using folder = await WorkFolder.make({
    "migrations/0001_set_active.ts": UNIT,
    "not.kv": "this is no database, and long enough for one to be looked for in it".repeat(10),
    "named.config.ts": 'export default { history: "other" };',
  });
  const broken = await folder.denock(["list", "--database", "kv:./not.kv"]);
  assertEquals(broken.code, 5, broken.stderr);
  assertStringIncludes(broken.stderr, "Cannot open kv:./not.kv: file is not a database");
  const server = ["list", "--database", "kv:http://127.0.0.1:9/"];
  const unreachable = await folder.denock(server, { env: { DENO_KV_ACCESS_TOKEN: "canary-token" } });
  assertEquals(unreachable.code, 5, unreachable.stderr);
  assert(!unreachable.stderr.includes("canary"), unreachable.stderr);
});
