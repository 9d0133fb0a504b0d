import { join } from "@std/path";
import { MongoClient } from "mongodb";
import { findMongod } from "../../scripts/mongod_binary.ts";

/** How a cluster is opened. */
export interface ClusterOptions {
  /** How many members it has. */
  readonly members: number;
  /** More arguments for each `mongod`. */
  readonly arguments?: readonly string[];
}

/** How long a server may take to do what it is waited for, in milliseconds. */
const PATIENCE_MS = 60_000;
const NAME = "denock";

/**
 * Runs a server for as long as its own input is open, so that it does not outlive a test that is killed; says its process id.
 */
const KEEPER = '"$@" >/dev/null 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null; wait';

/** A replica set of servers of its own, which can be killed and started again. */
export class MongodbCluster implements AsyncDisposable {
  readonly #binary: string;
  readonly #folder: string;
  readonly #options: ClusterOptions;
  readonly #members: Member[] = [];

  private constructor(binary: string, folder: string, options: ClusterOptions) {
    this.#binary = binary;
    this.#folder = folder;
    this.#options = options;
  }

  /** Starts it and waits until it has a primary. */
  static async open(options: ClusterOptions): Promise<MongodbCluster> {
    const binary = await findMongod();
    if (binary === undefined) throw new Error("There is no mongod to start");
    const cluster = new MongodbCluster(binary, await Deno.makeTempDir({ prefix: "denock-cluster-" }), options);
    const ports = freePorts(options.members);
    await Promise.all(ports.map((port) => cluster.#add(port)));
    const members = ports.map((port, _id) => ({ _id, host: `127.0.0.1:${port}` }));
    // What takes seconds where machines are far apart need not do so here.
    const settings = { electionTimeoutMillis: 1_000, heartbeatIntervalMillis: 200 };
    await cluster.#members[0]?.command({ replSetInitiate: { _id: NAME, version: 1, members, settings } });
    await cluster.primary();
    return cluster;
  }

  /** The connection string for a database. */
  url(databaseName: string): string {
    const hosts = this.#members.map(({ port }) => `127.0.0.1:${port}`).join(",");
    return `mongodb://${hosts}/${databaseName}?replicaSet=${NAME}`;
  }

  /** Waits until there is a primary, and gives it. */
  async primary(): Promise<Member> {
    return await eventually(async () => {
      for (const member of this.#members) {
        const hello = await member.command({ hello: 1 }).catch(() => ({ isWritablePrimary: false }));
        if (hello["isWritablePrimary"] === true) return member;
      }
      throw new Error("The replica set has no primary");
    });
  }

  /** Has the primary step down; another member, or the same one a moment later, is elected. */
  async stepDown(): Promise<void> {
    const primary = await this.primary();
    await primary.command({ replSetStepDown: 1, secondaryCatchUpPeriodSecs: 1, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #add(port: number): Promise<void> {
    const folder = join(this.#folder, String(port));
    await Deno.mkdir(folder);
    const args = ["--port", String(port), "--dbpath", folder, "--bind_ip", "127.0.0.1", "--replSet", NAME];
    const small = ["--oplogSize", "16", "--wiredTigerCacheSizeGB", "0.25", "--setParameter", "enableTestCommands=1"];
    const member = new Member(port, [this.#binary, ...args, ...small, ...this.#options.arguments ?? []]);
    this.#members.push(member);
    await member.start();
  }
}

/** One server of a cluster. */
export class Member {
  /** Where it listens. */
  readonly port: number;
  readonly #command: readonly string[];
  #keeper: Deno.ChildProcess | undefined;
  #processId = 0;

  constructor(port: number, command: readonly string[]) {
    this.port = port;
    this.#command = command;
  }

  /** Starts it, again where it was killed, and waits until it answers. */
  async start(): Promise<void> {
    const args = ["-c", KEEPER, "sh", ...this.#command];
    this.#keeper = new Deno.Command("sh", { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    for await (const text of this.#keeper.stdout.pipeThrough(new TextDecoderStream())) {
      this.#processId = Number(text);
      break;
    }
    await eventually(() => this.command({ ping: 1 }));
  }

  /** Ends it as a crash of the machine would. */
  async kill(): Promise<void> {
    if (this.#keeper === undefined) return;
    Deno.kill(this.#processId, "SIGKILL");
    await this.#keeper.stdin.close();
    await this.#keeper.status;
    this.#keeper = undefined;
  }

  /** Sends it a command, whether or not it is the primary. */
  async command(command: Record<string, unknown>): Promise<Record<string, unknown>> {
    const url = `mongodb://127.0.0.1:${this.port}/?directConnection=true`;
    await using client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000 });
    return await client.db("admin").command(command, { readPreference: "primaryPreferred" });
  }
}

function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Tries until it succeeds; what a server does when it starts or elects has no event to wait for. */
async function eventually<Result>(work: () => Promise<Result>): Promise<Result> {
  const endsAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
