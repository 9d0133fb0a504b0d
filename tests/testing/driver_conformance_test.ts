import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { DatabaseSync } from "node:sqlite";
import { type Driver, MemoryDriver, type MemoryDriverContext, MemoryStore } from "../../mod.ts";
import type { SqliteDriverContext } from "../../src/drivers/sqlite/mod.ts";
import { type ConformanceStore, driverConformance } from "../../src/testing/mod.ts";
import { wrongHistories } from "./wrong_drivers/history.ts";
import { wrongLeases } from "./wrong_drivers/lease.ts";
import { wrongLivesAndContexts } from "./wrong_drivers/lifecycle_and_context.ts";
import { wrongPositions } from "./wrong_drivers/positions.ts";
import { withSession, wrongSessions } from "./wrong_drivers/sessions.ts";
import { openWithoutWaiting, wrongSqliteDrivers } from "./wrong_drivers/sqlite.ts";
import { wrongTransactions } from "./wrong_drivers/transactions.ts";
import type { WrongDriver } from "./wrong_drivers/wrong_driver.ts";

interface RegisteredCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** It takes a second or more, so only those run it for whom it is meant. */
const LONG = "history: a history of 10,000";
/** It changes the clock of the process. */
const SHIFTING = "lease: the lease goes by the clock";
/** Most of a case is waiting; more at once would make leases expire before their time. */
const AT_ONCE = 8;

function casesOf<Context extends object>(open: () => Promise<ConformanceStore<Context>>): RegisteredCase[] {
  const cases: RegisteredCase[] = [];
  driverConformance<Context>({ test: (name, run) => cases.push({ name, run }), open });
  return cases;
}

function isAlone({ name }: RegisteredCase): boolean {
  return name.startsWith(LONG) || name.startsWith(SHIFTING);
}

/** The names of the cases that fail, of several drivers at once. */
async function failing(suites: readonly (readonly RegisteredCase[])[]): Promise<string[][]> {
  const failed = new Set<RegisteredCase>();
  const check = (each: RegisteredCase) => each.run().catch(() => failed.add(each));
  const cases = suites.flat();
  await Promise.all(cases.filter((each) => !isAlone(each)).map(check));
  for (const each of cases.filter(isAlone)) await check(each);
  return suites.map((suite) => suite.filter((each) => failed.has(each)).map(({ name }) => name));
}

/** A wrong driver on its stores. */
interface Suspect {
  readonly what: string;
  readonly noticedBy: readonly string[];
  readonly cases: readonly RegisteredCase[];
}

function testSuspects(kind: string, suspects: readonly Suspect[]): void {
  for (let from = 0; from < suspects.length; from += AT_ONCE) {
    const some = suspects.slice(from, from + AT_ONCE);
    const name = `driverConformance() notices wrong ${kind}, ${from + 1} to ${from + some.length}`;
    Deno.test(name, async (context) => {
      const isMeant = (beginnings: readonly string[]) => beginnings.some((beginning) => beginning.startsWith(LONG));
      const found = await failing(
        some.map(({ cases, noticedBy }) => cases.filter((each) => isMeant(noticedBy) || !each.name.startsWith(LONG))),
      );
      for (const [index, { what, noticedBy, cases }] of some.entries()) {
        await context.step(`a driver that ${what}`, () => assertEquals(found[index], named(cases, noticedBy)));
      }
    });
  }
}

/** The names of the cases with these beginnings. */
function named(cases: readonly RegisteredCase[], beginnings: readonly string[]): string[] {
  for (const beginning of beginnings) {
    const count = cases.filter(({ name }) => name.startsWith(beginning)).length;
    assertEquals(count, 1, `"${beginning}" must be the beginning of one case`);
  }
  return cases.map(({ name }) => name).filter((name) => beginnings.some((beginning) => name.startsWith(beginning)));
}

function memoryStore(
  make: (store: MemoryStore) => Driver<MemoryDriverContext>,
): () => Promise<ConformanceStore<MemoryDriverContext>> {
  return () => {
    const store = new MemoryStore();
    return Promise.resolve({
      connect: () => Promise.resolve(make(store)),
      write: (context, key) => Promise.resolve().then(() => context.db.set(key, true)),
      has: (context, key) => Promise.resolve().then(() => context.db.get(key) === true),
      changeSchema: (context, name) => Promise.resolve().then(() => context.db.set(`schema ${name}`, true)),
      hasSchema: (context, name) => Promise.resolve().then(() => context.db.get(`schema ${name}`) === true),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  };
}

function sqliteStore(
  make: (right: Driver<SqliteDriverContext>, database: DatabaseSync) => Driver<SqliteDriverContext>,
): () => Promise<ConformanceStore<SqliteDriverContext>> {
  return async () => {
    const folder = await Deno.makeTempDir({ prefix: "denock-" });
    const path = join(folder, "conformance.db");
    const first = openWithoutWaiting(path);
    first.database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE things (key TEXT) STRICT");
    const connections = [first.database];
    const schema = "SELECT name FROM sqlite_schema WHERE name = ?";
    return {
      connect() {
        const { database, driver } = openWithoutWaiting(path);
        database.exec("PRAGMA synchronous = OFF");
        connections.push(database);
        return Promise.resolve(make(driver, database));
      },
      write: ({ db }, key) => Promise.resolve().then(() => void db.prepare("INSERT INTO things VALUES (?)").run(key)),
      has: ({ db }, key) =>
        Promise.resolve().then(() => db.prepare("SELECT key FROM things WHERE key = ?").get(key) !== undefined),
      changeSchema: ({ db }, name) => Promise.resolve().then(() => db.exec(`CREATE TABLE ${name} (key TEXT) STRICT`)),
      hasSchema: ({ db }, name) => Promise.resolve().then(() => db.prepare(schema).get(name) !== undefined),
      async [Symbol.asyncDispose]() {
        for (const connection of connections) if (connection.isOpen) connection.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  };
}

function onMemory(wrongDrivers: readonly WrongDriver[], make = makeRight): Suspect[] {
  return wrongDrivers.map(({ what, noticedBy, spoil }) => {
    return { what, noticedBy, cases: casesOf(memoryStore((store) => spoil(make(store), store))) };
  });
}

function makeRight(store: MemoryStore): Driver<MemoryDriverContext> {
  return new MemoryDriver({ store });
}

const suspects: Readonly<Record<string, readonly Suspect[]>> = {
  "histories": onMemory(wrongHistories),
  "leases": onMemory(wrongLeases),
  "transactions": onMemory(wrongTransactions),
  "positions": onMemory(wrongPositions),
  "beginnings, ends and contexts": onMemory(wrongLivesAndContexts),
  "sessions": onMemory(wrongSessions, withSession),
  "drivers for SQLite": wrongSqliteDrivers.map(({ what, noticedBy, spoil }) => {
    return { what, noticedBy, cases: casesOf(sqliteStore(spoil)) };
  }),
};

Deno.test("driverConformance() finds nothing wrong with right drivers", async () => {
  const right = [casesOf(memoryStore(makeRight)), casesOf(memoryStore(withSession)), casesOf(sqliteStore((it) => it))];
  assertEquals(await failing(right), [[], [], []]);
});

for (const [kind, some] of Object.entries(suspects)) testSuspects(kind, some);

Deno.test("Every case of driverConformance() notices some wrong driver", () => {
  const beginnings = Object.values(suspects).flat().flatMap(({ noticedBy }) => noticedBy);
  const unproven = casesOf(memoryStore(makeRight)).map(({ name }) => name)
    .filter((name) => !beginnings.some((beginning) => name.startsWith(beginning)));
  assertEquals(unproven, []);
  assert(Object.values(suspects).flat().length >= 60);
});
