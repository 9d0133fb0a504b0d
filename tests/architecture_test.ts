import { assert, assertEquals } from "@std/assert";
import { readSourceFiles, ROOT, type SourceFile, toSourceFile } from "./fixtures/source_files.ts";

/** The arrows of `docs/architecture.md`: what each part of `src` may import beside itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  report: [],
  redact: [],
  lazily: [],
  errors: ["report"],
  change_unit: ["report", "errors"],
  history: ["report", "errors", "redact", "change_unit"],
  driver: ["report", "errors", "history", "change_unit"],
  source: ["report", "errors", "lazily", "change_unit", "history"],
  plan: ["report", "errors", "change_unit", "history"],
  run: ["report", "errors", "redact", "lazily", "change_unit", "history", "driver", "source", "plan"],
  drivers: ["report", "errors", "redact", "change_unit", "history", "driver"],
  testing: ["report", "errors", "change_unit", "history", "driver", "run"],
  cli: [
    "report",
    "errors",
    "redact",
    "change_unit",
    "history",
    "driver",
    "source",
    "plan",
    "run",
    "drivers",
    "deno.json",
    "mod.ts",
  ],
};

/**
 * The packages that a part may import; the first path that fits counts. Everything else imports none. Of a package that ends
 * with a slash only its parts: the whole of `@std/path` has a hundred modules.
 */
const PACKAGES: [path: string, packages: readonly string[]][] = [
  ["src/source/folder", ["@std/path/"]],
  ["src/drivers/sqlite/", ["node:sqlite"]],
  ["src/drivers/mongodb/", ["mongodb", "node:stream"]],
  ["src/drivers/postgres/", ["postgres"]],
  ["src/testing/", ["@std/assert"]],
  ["src/cli/", [
    "@std/path/",
    "commander",
    "jsonc-parser",
    "mongodb",
    "mysql2/promise",
    "node:console",
    "node:stream",
    "node:util",
    "postgres",
  ]],
];

/** The only places that may touch the file system, the environment, the process; the client of Deno KV is a part of Deno. */
const MAY_USE_DENO = ["src/source/folder", "src/source/import_modules.ts", "src/drivers/kv/", "src/cli/"];

/** What drivers have in common. */
const SHARED = "src/drivers/shared";

const LONGEST_FILE = 300;
/** `init` is not among them: it is what people type. */
const BANNED_WORDS = new Set(
  ("abbr arg args auth cb cfg cmd cmds conf config const ctx cur curr db desc dest dir dirs doc elem env err errs exec " +
    "fn func helper helpers idx impl info len lib manager managers mig migr misc msg msgs num obj opt opts param " +
    "params prev proc prop props ref refs repo req res ret spec src stmt str svc sys temp tmp tx txn util utils utility " +
    "val var ver").split(" "),
);

/** What databases and their clients are called, in any case and as a part of a longer name. */
const DATABASES = /mongo|sqlite|postgres|mysql|mariadb|\bkv\b/gi;

const sources = await readSourceFiles("src");

/** The part of `src` that a path belongs to: a folder, or a file at the top. */
function partOf(path: string): string {
  return path.startsWith("src/") ? (path.split("/")[1] ?? "").replace(/\.ts$/, "") : path;
}

function isLocal(path: string): boolean {
  return path.startsWith("src/") || path === "mod.ts" || path === "deno.json";
}

/** The imports that break a rule, as `file -> import`. */
function offences(files: readonly SourceFile[], isOffence: (file: SourceFile, imported: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((imported) => isOffence(file, imported)).map((imported) => `${file.path} -> ${imported}`)
  );
}

Deno.test("toSourceFile() finds every import of a file, and none in its comments", () => {
  const text = `/** import { no } from "./no.ts"; */
// import "./no.ts";
import { one, type Two } from "./one.ts";
import type {
  Three,
} from "../plan/three.ts";
import * as four from "npm:four";
import five from "five" with { type: "json" };
import "./six.ts";
export { seven } from "../../mod.ts";
const eight = await import("node:eight");
type Nine = typeof import("./nine.ts");
const none = import(url), text = "from './none.ts'";`;
  assertEquals(toSourceFile("src/run/a.ts", text).imports, [
    ...["src/run/one.ts", "src/plan/three.ts", "npm:four", "five", "mod.ts"],
    ...["src/run/six.ts", "node:eight", "src/run/nine.ts"],
  ]);
});

Deno.test("Every part of src has its arrows in the table, and every import follows them", () => {
  assert(sources.length > 50);
  assertEquals([...new Set(sources.map(({ path }) => partOf(path)))].filter((part) => !(part in ARROWS)), []);
  const wrong = offences(sources, ({ path }, imported) => {
    const [from, to] = [partOf(path), partOf(imported)];
    return isLocal(imported) && from !== to && !(ARROWS[from] ?? []).includes(to);
  });
  assertEquals(wrong, []);
});

Deno.test("The arrows of the table have no circle", () => {
  const below = (part: string, above: readonly string[] = []): void => {
    assert(!above.includes(part), `${[...above, part].join(" -> ")}`);
    for (const next of ARROWS[part] ?? []) below(next, [...above, part]);
  };
  for (const part of Object.keys(ARROWS)) below(part);
});

Deno.test("Nothing in the core imports a driver, and no driver another one", () => {
  const isDriver = (path: string) => path.startsWith("src/drivers/");
  const core = sources.filter(({ path }) => !isDriver(path) && !path.startsWith("src/cli/"));
  assertEquals(offences(core, (_, imported) => isDriver(imported)), []);
  const folderOf = (path: string) => path.split("/").slice(0, 3).join("/");
  const drivers = sources.filter(({ path }) => isDriver(path));
  const isOthers = (path: string, to: string) => folderOf(path) !== folderOf(to) && folderOf(to) !== SHARED;
  assertEquals(offences(drivers, ({ path }, to) => isDriver(to) && isOthers(path, to)), []);
});

Deno.test("The code of the core says no database's name", async () => {
  const core = sources.filter(({ path }) => !/^src\/(?:drivers|cli)\//.test(path));
  const files = [...core, toSourceFile("mod.ts", await Deno.readTextFile(`${ROOT}/mod.ts`))];
  assertEquals(
    files.flatMap(({ path, code }) => Array.from(code.matchAll(DATABASES), ([name]) => `${path}: ${name}`)),
    [],
  );
  const isKnown = ({ code }: SourceFile) => code.search(DATABASES) >= 0;
  assert(sources.filter(isKnown).length > 20, "drivers and the command line do");
});

Deno.test("mod.ts exports no driver but the one in memory", async () => {
  const entry = toSourceFile("mod.ts", await Deno.readTextFile(`${ROOT}/mod.ts`));
  const drivers = entry.imports.filter((imported) => imported.startsWith("src/drivers/"));
  assertEquals(new Set(drivers.map((path) => path.split("/")[2])), new Set(["memory"]));
  assertEquals(entry.imports.filter((imported) => /^src\/(cli|testing)\//.test(imported)), []);
});

Deno.test("Every part imports only the packages that are its own", () => {
  const wrong = offences(sources, ({ path }, imported) => {
    const allowed = PACKAGES.find(([prefix]) => path.startsWith(prefix))?.[1] ?? [];
    return !isLocal(imported) &&
      !allowed.some((name) => name.endsWith("/") ? imported.startsWith(name) : imported === name);
  });
  assertEquals(wrong, []);
});

Deno.test("Only the folder source, the driver for Deno KV and the command line touch Deno", () => {
  const users = sources.filter(({ code }) => /\bDeno\b|\bprocess\.|\bnode:fs\b/.test(code)).map(({ path }) => path);
  assert(users.includes("src/source/folder/source_file.ts"));
  assertEquals(users.filter((path) => !MAY_USE_DENO.some((allowed) => path.startsWith(allowed))), []);
});

Deno.test("A file whose name begins with an underscore is imported only in its own folder", () => {
  const wrong = offences(sources, ({ path }, imported) => {
    const [folder, name] = [imported.split("/").slice(0, -1).join("/"), imported.split("/").at(-1) ?? ""];
    return name.startsWith("_") && folder !== path.split("/").slice(0, -1).join("/");
  });
  assertEquals(wrong, []);
});

Deno.test("Nothing exports everything", async () => {
  const files = [...sources, toSourceFile("mod.ts", await Deno.readTextFile(`${ROOT}/mod.ts`))];
  assertEquals(files.filter(({ code }) => /\bexport\s*\*/.test(code)).map(({ path }) => path), []);
});

Deno.test(`No file is longer than ${LONGEST_FILE} lines`, async () => {
  const files = [...sources, ...await readSourceFiles("tests"), ...await readSourceFiles("scripts")];
  const long = files.filter(({ text }) => text.trimEnd().split("\n").length > LONGEST_FILE);
  assertEquals(long.map(({ path }) => path), []);
});

Deno.test("File names are words in snake_case, without abbreviations", async () => {
  const files = [...sources, ...await readSourceFiles("tests"), ...await readSourceFiles("scripts")];
  const names = files.map(({ path }) => path.split("/").slice(1).join("/").replace(/\.ts$/, ""));
  assertEquals(names.filter((name) => !/^[a-z0-9_/]+$/.test(name)), []);
  assertEquals(names.filter((name) => name.split(/[/_]/).some((word) => BANNED_WORDS.has(word))), []);
});
