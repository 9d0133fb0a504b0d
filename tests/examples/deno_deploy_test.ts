import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { exampleArguments, ROOT, runExample, withFolder } from "./run_example.ts";

/**
 * Runs the job as soon as it is registered, because its time is three in the morning, and tells how it was registered.
 * Everything else about it is as the platform does it.
 */
const RUN_AT_ONCE = `
const registered = Deno.cron;
Object.defineProperty(Deno, "cron", {
  value(name, schedule, options, job) {
    const done = registered(name, schedule, options, job);
    console.log(JSON.stringify([name, schedule, options]));
    job();
    return done;
  },
});
`;

/** Starts the deployed program, waits until it has written these lines, asks it once, and ends it. */
async function serveOnce(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string[]> {
  await using child = new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT, env, stdout: "piped" }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const port = /serving on (\d+)/.exec(text)?.[1];
    if (port === undefined || !/cron: executed \d+\n/.test(text)) continue;
    text += await (await fetch(`http://localhost:${port}/`)).text();
    child.kill("SIGKILL");
    break;
  }
  return text.trimEnd().split("\n").toSorted();
}

Deno.test("the example for Deno Deploy migrates before it is deployed, and its cron job executes what runs always", async () => {
  await withFolder(async (folder) => {
    const env = { SHOP_KV: join(folder, "shop.kv"), NO_COLOR: "1" };
    const predeploy = () => runExample("deno_deploy/migrate.ts", { permissions: ["--unstable-kv", "-A"], env });
    assertEquals(await predeploy(), ["executed add_opening_hours, count_days"]);
    assertEquals(await predeploy(), ["executed count_days"]);
    const preload = join(folder, "run_at_once.js");
    await Deno.writeTextFile(preload, RUN_AT_ONCE);
    const permissions = ["--unstable-kv", "--unstable-cron", `--preload=${preload}`, "-A"];
    const lines = await serveOnce(exampleArguments("deno_deploy/main.ts", { permissions }), { ...env, PORT: "0" });
    assertEquals(lines.map((line) => line.replace(/serving on \d+/, "serving")), [
      '["nightly change units","0 3 * * *",{"backoffSchedule":[]}]',
      "cron: executed 1",
      "open from 09:00 to 18:00",
      "serving",
    ]);
    using kv = await Deno.openKv(env.SHOP_KV);
    assertEquals((await kv.get<Deno.KvU64>(["shop", "days"])).value?.value, 3n);
  });
});
