import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { openDatabase, SqliteDriver } from "../../src/drivers/sqlite/mod.ts";
import { createTable, documentOf, SHOP, WorkFolder } from "./denock.ts";

const ONE = { "migrations/0001_create_users.ts": createTable("users") };

/** A folder whose database somebody has locked for some time. */
async function locked(leaseMs: number): Promise<WorkFolder> {
  const folder = await WorkFolder.make(ONE);
  using database = openDatabase(join(folder.path, "shop.db"));
  await using driver = new SqliteDriver({ database });
  await driver.prepare();
  await driver.acquireLease({ owner: "somebody-else", hostname: "db-job-7", leaseMs });
  return folder;
}

Deno.test("denock lock status and denock lock release have nothing to do with a lock that nobody holds", async () => {
  await using folder = await WorkFolder.make(ONE);
  for (const command of ["status", "release"]) {
    const { code, stdout } = await folder.denock(["lock", command, ...SHOP]);
    assertEquals([code, stdout], [0, "Nobody holds the lock\n"]);
    const document = documentOf(await folder.denock(["lock", command, "--json", ...SHOP]));
    assertEquals([document.command, document.outcome, document.lock], [`lock ${command}`, "free", null]);
  }
  assertEquals(await folder.has("shop.db"), false);
  await folder.denock(["migrate", ...SHOP]);
  assertEquals(documentOf(await folder.denock(["lock", "status", "--json", ...SHOP])).outcome, "free");
});

Deno.test("denock lock status says who holds the lock and for how long", async () => {
  await using folder = await locked(60_000);
  const { code, stdout } = await folder.denock(["lock", "status", ...SHOP]);
  assertEquals(code, 0);
  assertMatch(stdout, /^Execution somebody-else on db-job-7 holds the lock: its lease lasts for \d\d\.\d s unless /);
  const { outcome, lock } = documentOf(await folder.denock(["lock", "status", "--json", ...SHOP]));
  assertEquals([outcome, lock.owner, lock.hostname, lock.leaseMs], ["held", "somebody-else", "db-job-7", 60_000]);
});

Deno.test("denock lock release refuses with 4 while the lease is alive, and says how to force it", async () => {
  await using folder = await locked(60_000);
  const refused = await folder.denock(["lock", "release", ...SHOP]);
  assertEquals([refused.code, refused.stdout], [4, ""]);
  assertStringIncludes(refused.stderr, "error LOCK_HELD: Execution somebody-else on db-job-7 holds the lock");
  assertStringIncludes(refused.stderr, "  - Force it: denock lock release --force --database sqlite:./shop.db\n");
  const document = documentOf(await folder.denock(["lock", "release", "--json", ...SHOP]));
  assertEquals([document.outcome, document.error.code], ["lock not held", "LOCK_HELD"]);

  const forced = await folder.denock(["lock", "release", "--force", ...SHOP]);
  assertEquals(forced.code, 0, forced.stderr);
  assertEquals(forced.stdout, "Released the lock that execution somebody-else on db-job-7 held\n");
  assertEquals(documentOf(await folder.denock(["lock", "status", "--json", ...SHOP])).outcome, "free");
  assertEquals((await folder.denock(["migrate", ...SHOP])).code, 0);
});

Deno.test("denock lock release needs no force for a lease that is over", async () => {
  await using folder = await locked(1);
  const { outcome, lock } = documentOf(await folder.denock(["lock", "status", "--json", ...SHOP]));
  assertEquals([outcome, lock.owner], ["expired", "somebody-else"]);
  const status = await folder.denock(["lock", "status", ...SHOP]);
  assertMatch(status.stdout, /did not give the lock back: its lease has been over for \d/);
  const released = documentOf(await folder.denock(["lock", "release", "--json", ...SHOP]));
  assertEquals([released.outcome, released.lock.owner], ["released", "somebody-else"]);
});

Deno.test("denock lock wants to know what to do with it", async () => {
  await using folder = await WorkFolder.make(ONE);
  for (const args of [["lock"], ["lock", "open"], ["lock", "relase"]]) {
    const { code, stdout, stderr } = await folder.denock([...args, ...SHOP]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(
      stderr,
      /There is no command lock.*: (there are lock status, lock release|did you mean lock release)\n/,
    );
  }
});
