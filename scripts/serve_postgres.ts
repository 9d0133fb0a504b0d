/**
 * The program that `postgres_process.ts` starts: runs one PostgreSQL server on a fresh folder.
 *
 * @module
 */

import { join } from "node:path";
import { serve, type ServedServer } from "./server_process.ts";

interface Request {
  /** The folder with the programs of PostgreSQL. */
  readonly binaries: string;
  /** Settings of the server. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Who runs the server. */
interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The data does not outlive the server, so nothing waits for the disk. */
const QUICK = { fsync: "off", full_page_writes: "off", autovacuum: "off" };
const TRIES_FOR_A_PORT = 3;
const READY = "database system is ready to accept connections";

/** PostgreSQL does not run as root; another user does it then. */
async function findUser(): Promise<User | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const users = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
}

async function initialise(binaries: string, folder: string, user: User | undefined): Promise<void> {
  const { success, stderr } = await new Deno.Command(join(binaries, "initdb"), {
    args: ["-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
    cwd: folder,
    stdout: "null",
    stderr: "piped",
    ...user,
  }).output();
  if (!success) throw new Error(`initdb has failed: ${new TextDecoder().decode(stderr).trim()}`);
}

async function run(
  { binaries, settings }: Request,
  folder: string,
  user: User | undefined,
): Promise<Omit<ServedServer, "stop"> & { readonly child: Deno.ChildProcess }> {
  const port = freePort();
  const all = {
    ...{ port, listen_addresses: "127.0.0.1", unix_socket_directories: folder, max_connections: 200 },
    ...QUICK,
    ...settings,
  };
  const child = new Deno.Command(join(binaries, "postgres"), {
    args: ["-D", join(folder, "data"), ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    cwd: folder,
    stdout: "null",
    stderr: "piped",
    ...user,
  }).spawn();
  await ready(child);
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, child };
}

/** Waits for the line that says so; what comes behind it is read and thrown away. */
async function ready(child: Deno.ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let text = "";
  child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(chunk) {
        text = `${text}${chunk}`.slice(-10_000);
        if (text.includes(READY)) resolve();
      },
      close: () => reject(new Error(`postgres has ended: ${text.trim()}`)),
    }),
  );
  await promise;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function start(request: Request): Promise<ServedServer> {
  const user = await findUser();
  const folder = await Deno.makeTempDir({ prefix: "denock-postgres-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    if (user !== undefined) await Deno.chown(folder, user.uid, user.gid);
    await initialise(request.binaries, folder, user);
    // Between the choice of a port and its use somebody else may take it.
    for (let tries = 1;; tries++) {
      try {
        const { url, child } = await run(request, folder, user);
        return { url, stop: () => stop(child).finally(remove) };
      } catch (error) {
        if (tries === TRIES_FOR_A_PORT || !String(error).includes("in use")) throw error;
      }
    }
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Ends all connections at once. */
async function stop(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGINT");
  await child.status;
}

await serve<Request>(start);
