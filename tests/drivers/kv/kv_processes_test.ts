import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { KvDriver } from "../../../src/drivers/kv/mod.ts";

const WORKER = fromFileUrl(new URL("./kv_worker.ts", import.meta.url));
const PROCESSES = 5;
const ONCE = { first: 1n, middle: 1n, last: 1n };

/** A folder with a file of Deno KV, which several processes use. */
class KvFile implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<KvFile> {
    return new KvFile(await Deno.makeTempDir({ prefix: "denock-" }));
  }

  /** Starts a process that migrates, and that pauses in a change unit if one is named. */
  migrate(transactional: boolean, pauseIn = "") {
    const marker = join(this.#folder, `paused-${crypto.randomUUID()}`);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--unstable-kv",
        WORKER,
        join(this.#folder, "test.kv"),
        String(transactional),
        pauseIn,
        marker,
      ],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = child.output().then(({ code, stdout, stderr }) => ({
      code,
      output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
    }));
    return { kill: (signal: Deno.Signal) => child.kill(signal), paused: () => appears(marker, ended), ended };
  }

  async read<Result>(look: (kv: Deno.Kv) => Promise<Result>): Promise<Result> {
    using kv = await Deno.openKv(join(this.#folder, "test.kv"));
    return await look(kv);
  }

  async counters(): Promise<Record<string, bigint>> {
    return await this.read(async (kv) => {
      const found = await Array.fromAsync(kv.list<Deno.KvU64>({ prefix: ["counters"] }));
      return Object.fromEntries(found.map(({ key, value }) => [String(key[1]), value.value]));
    });
  }

  async history(): Promise<string[]> {
    const entries = await this.read((kv) => new KvDriver({ kv }).readHistory());
    return entries.map(({ type, changeId, state }) => type === "RUN" ? type : `${changeId} ${state}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Waits until a file is there. */
async function appears(path: string, ended: Promise<{ readonly output: string }>): Promise<void> {
  let early: string | undefined;
  ended.then(({ output }) => early = output);
  for (;;) {
    try {
      await Deno.stat(path);
      return;
    } catch {
      if (early !== undefined) throw new Error(`The process has ended without a pause: ${early}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

Deno.test("several processes at once on one file of Deno KV apply each change unit once, and all succeed", async () => {
  await using file = await KvFile.make();
  const ended = await Promise.all(Array.from({ length: PROCESSES }, () => file.migrate(true).ended));
  assertEquals(ended.filter(({ code }) => code !== 0), []);
  assertEquals(await file.counters(), ONCE);
  assertEquals(await file.history(), ["RUN", "first EXECUTED", "middle EXECUTED", "last EXECUTED"]);
});

Deno.test("SIGKILL in a transactional change unit on Deno KV: the next process applies it once", async () => {
  await using file = await KvFile.make();
  const killed = file.migrate(true, "middle");
  await killed.paused();
  killed.kill("SIGKILL");
  await killed.ended;
  assertEquals(await file.counters(), { first: 1n });
  const next = await file.migrate(true).ended;
  assertEquals(next.code, 0, next.output);
  assertEquals(await file.counters(), ONCE);
});

Deno.test("SIGKILL in a non-transactional change unit on Deno KV: the next process rolls it back and applies it", async () => {
  await using file = await KvFile.make();
  const killed = file.migrate(false, "middle");
  await killed.paused();
  killed.kill("SIGKILL");
  await killed.ended;
  assertEquals(await file.counters(), { first: 1n, middle: 1n });
  const next = await file.migrate(false).ended;
  assertEquals(next.code, 0, next.output);
  assertEquals(await file.counters(), ONCE);
  const states = (await file.history()).filter((line) => line.startsWith("middle"));
  assertEquals(states, ["middle STARTED", "middle ROLLED_BACK", "middle STARTED", "middle EXECUTED"]);
});

for (const transactional of [true, false]) {
  const sort = transactional ? "transactional" : "non-transactional";
  Deno.test(`SIGSTOP in a ${sort} change unit on Deno KV: a second process overtakes, the first has lost the lock`, async () => {
    await using file = await KvFile.make();
    const stopped = file.migrate(transactional, "middle");
    await stopped.paused();
    stopped.kill("SIGSTOP");
    const second = await file.migrate(transactional).ended;
    assertEquals(second.code, 0, second.output);
    const written = await file.history();
    stopped.kill("SIGCONT");
    const { output } = await stopped.ended;
    assertEquals(output.trim().split("\n").at(-1), "LOCK_LOST");
    assertEquals(await file.counters(), ONCE);
    assertEquals(await file.history(), written);
  });
}
