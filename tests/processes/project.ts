import { fromFileUrl, join } from "@std/path";
import type { LockOptions } from "../../mod.ts";
import type { CounterStore, CounterStoreKind } from "./counter_store.ts";

const MAIN = fromFileUrl(new URL("../../src/cli/main.ts", import.meta.url));

/** How long a lease lasts in these tests, and how long to wait between two polls, in milliseconds. */
const LEASE_MS = 2_000;
const POLL_MS = 200;

/** A change unit to write into a project. */
export interface UnitSource {
  /** Its id, which is also the name of its counter. */
  readonly id: string;
  /** Whether it runs in a transaction. */
  readonly transactional: boolean;
}

/** How a process ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote. */
  readonly output: string;
}

/** A process of the command line. */
export interface Process {
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** Waits until a change unit that was asked to pause has done its work and pauses. */
  paused(): Promise<void>;
  /** Waits until it has ended. */
  ended: Promise<Ended>;
}

/** A folder with a configuration and change units that each add 1 to a counter. */
export class Project implements AsyncDisposable {
  readonly #folder: string;
  readonly #store: CounterStore;

  private constructor(folder: string, store: CounterStore) {
    this.#folder = folder;
    this.#store = store;
  }

  /** Writes a project; without other words about the lock, its lease is short. */
  static async make(
    kind: CounterStoreKind,
    store: CounterStore,
    units: readonly UnitSource[],
    lock: Partial<LockOptions> = { leaseMs: LEASE_MS, pollMs: POLL_MS },
  ): Promise<Project> {
    const folder = await Deno.makeTempDir({ prefix: "denock-" });
    await Deno.mkdir(join(folder, "migrations"));
    const configuration = { migrations: "./migrations", lock };
    await Deno.writeTextFile(
      join(folder, "denock.config.ts"),
      `export default ${JSON.stringify(configuration)};\n`,
    );
    for (const [index, { id, transactional }] of units.entries()) {
      const name = `${String(index + 1).padStart(4, "0")}_${id}.ts`;
      await Deno.writeTextFile(join(folder, "migrations", name), sourceOf(kind, id, transactional));
    }
    return new Project(folder, store);
  }

  /** Starts `denock migrate`; the change unit with the id `pauseIn` pauses when it has done its work. */
  migrate(pauseIn = ""): Process {
    const marker = join(this.#folder, `paused-${crypto.randomUUID()}`);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "migrate", "--database", this.#store.url, "--json"],
      cwd: this.#folder,
      env: { PAUSE_IN: pauseIn, PAUSE_MARKER: marker, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = child.output().then(({ code, stdout, stderr }) => ({
      code,
      output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
    }));
    return { kill: (signal) => child.kill(signal), paused: () => appears(marker, ended), ended };
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function sourceOf(kind: CounterStoreKind, id: string, transactional: boolean): string {
  return `
export const transactional = ${transactional};
export async function execution({ db }) {
  ${kind.add(id, 1)}
  if (Deno.env.get("PAUSE_IN") !== "${id}") return;
  await Deno.writeTextFile(Deno.env.get("PAUSE_MARKER"), "");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
export async function rollbackExecution({ db }) {
  ${kind.add(id, -1)}
}
`;
}

async function appears(path: string, ended: Promise<Ended>): Promise<void> {
  let early: Ended | undefined;
  ended.then((value) => early = value);
  for (;;) {
    try {
      await Deno.stat(path);
      return;
    } catch {
      if (early !== undefined) throw new Error(`The process has ended without a pause: ${early.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
