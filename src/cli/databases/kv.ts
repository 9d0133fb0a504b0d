import { resolve } from "@std/path/resolve";
import { DatabaseError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { isThere } from "../text_file.ts";
import { UsageError } from "../usage_error.ts";
import type { Access, DatabaseKind, OpenDatabase, ParsedUrl, StoredNames } from "./database_kind.ts";
import { relativePath } from "./relative_path.ts";

/** A database of Deno KV. */
export interface KvUrl extends ParsedUrl {
  /** Which driver it needs. */
  readonly kind: "kv";
  /** The path of the file, `:memory:`, or the URL of a server of KV Connect. */
  readonly path: string;
}

const SERVER = /^https?:\/\//i;
const EXAMPLE = "For example: kv:./shop.kv, kv:https://kv.example.org/shop or kv::memory:";

/** What the command line knows of Deno KV. */
export const kv: DatabaseKind<KvUrl> = {
  kind: "kv",
  schemes: ["kv:"],
  parse,
  resolve: (url, folder) => isFile(url) ? { ...url, path: resolve(folder, url.path) } : url,
  open,
  forbidden: [],
  project: (url, folder) => ({
    imports: {},
    flags: ["--unstable-kv", ...(SERVER.test(url.path) ? ["--allow-net"] : [])],
    url: isFile(url) ? `kv:${relativePath(folder, url.path)}` : url.shown,
  }),
  flavour: {
    context: "KvContext",
    from: "@denock/denock/kv",
    about: [
      "Makes the change. What `context.atomic` collects is committed at the end, all",
      "of it or nothing; `context.kv` only reads. Add `atomic.check(entry)` for what",
      "was read, so that the change is made again if somebody else has changed it.",
    ],
    isAsync: false,
    change: 'context.atomic.set(["settings", "active"], true);',
    rollback: 'context.atomic.delete(["settings", "active"]);',
  },
};

function isFile({ path }: KvUrl): boolean {
  return path !== ":memory:" && !SERVER.test(path);
}

function parse(url: string): KvUrl {
  const path = url.slice("kv:".length).replace(/^\/\/(?=[./:])/, "");
  if (SERVER.test(path)) return parseServer(path);
  if (path === "") throw new UsageError("The database URL names neither a file nor a server", [EXAMPLE]);
  if (path.startsWith("//")) {
    throw new UsageError("The database URL names a host without its protocol", [EXAMPLE]);
  }
  if (/[?#\0]/.test(path)) {
    throw new UsageError("The database URL has options, and for Deno KV there are none", [EXAMPLE]);
  }
  return { kind: "kv", path, shown: `kv:${path}` };
}

function parseServer(path: string): KvUrl {
  const server = URL.parse(path);
  if (server === null) throw new UsageError("The URL of the server of KV Connect is malformed", [EXAMPLE]);
  if (server.username + server.password + server.search + server.hash !== "") {
    throw new UsageError("The URL of a server of KV Connect has neither users nor options", [
      "Put the access token into the environment variable DENO_KV_ACCESS_TOKEN",
      EXAMPLE,
    ]);
  }
  return { kind: "kv", path, shown: `kv:${server.href}` };
}

async function open(url: KvUrl, access: Access, { history, lease }: StoredNames): Promise<OpenDatabase> {
  if (history !== undefined || lease !== undefined) {
    throw new UsageError("There are no names to choose for the history and the lease in Deno KV", [
      "Leave them away: both are under the key denock",
    ]);
  }
  // The types have it in any case.
  if (!("openKv" in Deno)) {
    throw new UsageError("Deno KV is not switched on", [
      "Run it again with the flag --unstable-kv behind deno run",
      'Or put "unstable": ["kv"] into deno.json',
    ]);
  }
  const { KvDriver } = await import("../../drivers/kv/mod.ts");
  const isUsed = !isFile(url) || access === "create" || await isThere(url.path);
  let database: Deno.Kv;
  try {
    database = await Deno.openKv(isUsed ? url.path : ":memory:");
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DatabaseError("DATABASE_UNREACHABLE", `Cannot open ${url.shown}: ${firstLine(cause)}`, { cause });
  }
  const driver = new KvDriver({ kv: database });
  return {
    driver,
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      database.close();
    },
  };
}
