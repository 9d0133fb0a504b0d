import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { createTable, documentOf, finish, SHOP, sqliteUnit, until, WorkFolder } from "./denock.ts";

/** Says that it runs by making a file, and waits for its end. */
function waiting(howLong: string): string {
  return sqliteUnit(`
    db.exec("CREATE TABLE half (name TEXT) STRICT");
    Deno.writeTextFileSync("running", "");
    ${howLong}
    db.exec("CREATE TABLE other_half (name TEXT) STRICT");`);
}

const FOR_ABORT = 'await new Promise((resolve) => signal.addEventListener("abort", resolve));';
const FOR_EVER = "for (;;) await new Promise((resolve) => setTimeout(resolve, 10));";

async function startAndWait(folder: WorkFolder): Promise<Deno.ChildProcess> {
  const child = folder.start(["migrate", "--json", ...SHOP]);
  await until(() => folder.has("running"));
  return child;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `denock migrate ends in good order for ${signal}: 130, FAILED in the history, and the lock is free`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using folder = await WorkFolder.make({
        "migrations/0001_create_users.ts": createTable("users"),
        "migrations/0002_slow.ts": waiting(FOR_ABORT),
        "migrations/0003_create_later.ts": createTable("later"),
      });
      const child = await startAndWait(folder);
      child.kill(signal);
      const finished = await finish(child);
      assertEquals(finished.code, 130, finished.stderr);
      const { outcome, report, error } = documentOf(finished);
      assertEquals([outcome, error.code], ["interrupted", "INTERRUPTED"]);
      assertEquals([report.executed.length, report.failed.length, report.pending.length], [1, 1, 1]);
      assertStringIncludes(finished.stderr, `${signal}: ending in good order`);
      assertStringIncludes(finished.stderr, "Go on: denock migrate --database sqlite:./shop.db");

      const { changes } = documentOf(await folder.denock(["list", "--json", ...SHOP]));
      assertEquals(changes.map(({ state }: { readonly state: string }) => state), ["EXECUTED", "FAILED", "PENDING"]);
      await folder.write("migrations/0002_slow.ts", createTable("half"));
      const startedAt = performance.now();
      assertEquals((await folder.denock(["migrate", ...SHOP])).code, 0);
      assert(performance.now() - startedAt < 5_000, "the next execution does not wait for a lease of 30 seconds");
    },
  });
}

Deno.test({
  name: "denock migrate ends although a change unit does not listen to the signal",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await WorkFolder.make({ "migrations/0001_deaf.ts": waiting(FOR_EVER) });
    const child = await startAndWait(folder);
    child.kill("SIGINT");
    const finished = await finish(child);
    assertEquals(finished.code, 130, finished.stderr);
    assertEquals(documentOf(finished).report.failed[0].state, "FAILED");
  },
});

Deno.test({
  name: "denock migrate ends at once for a second SIGINT, still with one document, but not for the same one sent twice",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await WorkFolder.make({ "migrations/0001_deaf.ts": waiting(FOR_EVER) });
    const child = await startAndWait(folder);
    child.kill("SIGINT");
    await pause(50);
    child.kill("SIGINT");
    await pause(650);
    const startedAt = performance.now();
    child.kill("SIGINT");
    const finished = await finish(child);
    assert(performance.now() - startedAt < 1_000, "it did not wait for the change unit");
    assertEquals(finished.code, 130, finished.stderr);
    const { outcome, error } = documentOf(finished);
    assertEquals([outcome, error.code], ["interrupted", "INTERRUPTED"]);
    assertStringIncludes(error.message, "ended at once");
  },
});

Deno.test({
  name: "denock migrate ends for SIGINT while it waits for the lock, and has run nothing",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await WorkFolder.make({ "migrations/0001_create_users.ts": createTable("users") });
    using database = openDatabase(join(folder.path, "shop.db"));
    await using driver = new SqliteDriver({ database });
    await driver.prepare();
    await driver.acquireLease({ owner: "somebody-else", hostname: "db-job-7", leaseMs: 60_000 });
    const child = folder.start(["migrate", ...SHOP]);
    const [watched, kept] = child.stderr.tee();
    for await (const text of watched.pipeThrough(new TextDecoderStream())) {
      if (text.includes("waiting for the lock")) break;
    }
    child.kill("SIGINT");
    const [{ code }, stdout, stderr] = await Promise.all([child.status, textOf(child.stdout), textOf(kept)]);
    assertEquals([code, stdout], [130, "0 executed, 0 failed, 0 skipped, 1 pending\n"], stderr);
    assertStringIncludes(stderr, "\n  Nothing was executed\n");
  },
});

async function textOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  return await new Response(stream).text();
}
