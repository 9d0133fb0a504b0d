import { assertEquals } from "@std/assert";
import type { MongoContext } from "../../src/drivers/mongodb/mod.ts";
import { FaultBench, type Sort } from "./fault_bench.ts";
import { MongodbCluster } from "./mongodb_cluster.ts";

const COUNT = 6;

/** Runs once in each of these change units, in front of its own change. */
function once(ids: readonly string[], work: () => Promise<void>): (context: MongoContext) => Promise<void> {
  const left = new Set(ids);
  return async ({ db, changeUnit }) => {
    // The transaction has begun, and is lost with the primary it began on.
    await db.collection("touched").updateOne({ id: changeUnit.id }, { $set: { touched: true } }, { upsert: true });
    if (left.delete(changeUnit.id)) await work();
  };
}

/** Executes, and again where the first execution had to leave something open; effects and history agree at each end. */
async function assertSurvived(bench: FaultBench, sort: Sort): Promise<void> {
  const { code, report, error } = await bench.migrate();
  await bench.assertAgreement();
  if (sort === "transactional") assertEquals([code, report?.executed.length], ["done", COUNT], String(error));
  await bench.assertFinished();
}

Deno.test("migrate() on a replica set of three outlives step-downs and the death of the primary", async (context) => {
  await using cluster = await MongodbCluster.open({ members: 3 });
  const url = (databaseName: string) => cluster.url(databaseName);
  for (const sort of ["transactional", "non-transactional"] as const) {
    await context.step(`${sort} change units and four step-downs`, async () => {
      const inUnit = once(["unit_1", "unit_2", "unit_4", "unit_6"], () => cluster.stepDown());
      await using bench = await FaultBench.open({ sort, url, inUnit }, COUNT);
      await assertSurvived(bench, sort);
    });

    await context.step(`${sort} change units and a primary that is killed`, async () => {
      let killed = await cluster.primary();
      const inUnit = once(["unit_3"], async () => {
        killed = await cluster.primary();
        await killed.kill();
      });
      await using bench = await FaultBench.open({ sort, url, inUnit }, COUNT);
      await assertSurvived(bench, sort);
      await killed.start();
    });
  }
});

Deno.test("migrate() outlives a single server that is killed during commits and started again", async (context) => {
  await using cluster = await MongodbCluster.open({ members: 1 });
  const url = (databaseName: string) => cluster.url(databaseName);
  const restart = async () => {
    const member = await cluster.primary();
    await member.kill();
    await member.start();
  };
  await context.step("killed within a transaction", async () => {
    await using bench = await FaultBench.open({ sort: "transactional", url, inUnit: once(["unit_2"], restart) }, COUNT);
    await assertSurvived(bench, "transactional");
  });

  await context.step("killed when a commit has been sent", async () => {
    await using bench = await FaultBench.open({ sort: "transactional", url, client: { monitorCommands: true } }, COUNT);
    const restarts: Promise<void>[] = [];
    let commits = 0;
    bench.onCommand("commitTransaction", () => {
      commits++;
      if (commits === 1 || commits === 4) restarts.push(restart());
    });
    await assertSurvived(bench, "transactional");
    await Promise.all(restarts);
    assertEquals(restarts.length, 2);
  });
});
