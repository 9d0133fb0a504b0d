import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { PlanError, Runner } from "../../../mod.ts";
import { KvDriver } from "../../../src/drivers/kv/mod.ts";
import { EXAMPLE_IDS, runExampleScript } from "../../fixtures/example.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const FOLDER = fromFileUrl(new URL("../../../migrations_example/kv", import.meta.url));

/** Everything in the database that is not Denock's. */
async function dataIn(kv: Deno.Kv): Promise<Record<string, unknown>> {
  const entries = await Array.fromAsync(kv.list({ prefix: [] }), ({ key, value }) => [key.join("/"), value] as const);
  return Object.fromEntries(entries.filter(([key]) => !key.startsWith("denock/")));
}

Deno.test("the Deno KV example applies five change units and leaves the data that they describe", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = new Runner({ driver: new KvDriver({ kv }), migrations: FOLDER });
  assertEquals((await runner.migrate()).executed.map(({ id }) => id), EXAMPLE_IDS);
  assertEquals((await runner.migrate()).executed, []);
  const data = await dataIn(kv);
  assertEquals(data["customers/1"], { email: "grace@example.org", firstName: "Grace", lastName: "Hopper" });
  assertEquals(data["customers/2"], { email: "ada@example.org", firstName: "Ada", lastName: "King Lovelace" });
  assertEquals(data["customers/3"], { email: "plato@example.org", firstName: "Plato" });
  const [order] = [data["orders/2"] as { totalCents: number }];
  assertEquals([data["customer_by_email/ada@example.org"], order.totalCents], [2, 2700]);
});

Deno.test("the Deno KV example gives back the same data with each undo, up to where it is irreversible", async () => {
  using kv = await Deno.openKv(":memory:");
  const runner = new Runner({ driver: new KvDriver({ kv }), migrations: FOLDER });
  const stops: unknown[] = [];
  for (const id of EXAMPLE_IDS.slice(0, -1)) {
    stops.push(await dataIn(kv));
    await runner.migrate({ to: id });
  }
  for (const stop of stops.toReversed()) {
    await runner.undo({ count: 1 });
    assertEquals(await dataIn(kv), stop);
  }
  await runner.migrate();
  await assertRejects(() => runner.undo({ all: true }), PlanError, "CHANGE_IRREVERSIBLE");
});

Deno.test("run_kv.ts applies the example, lists it, and finds nothing pending the second time", async () => {
  const folder = `.data/kv-${crypto.randomUUID()}`;
  try {
    const { code, text } = await runExampleScript("run_kv.ts", [`${folder}/shop.kv`]);
    assertEquals(code, 0, text);
    for (const id of EXAMPLE_IDS) assertStringIncludes(text, id);
    assertStringIncludes(text, "Nothing is pending");
  } finally {
    await Deno.remove(join(ROOT, folder), { recursive: true });
  }
});
