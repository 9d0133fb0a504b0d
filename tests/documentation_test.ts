import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { MongoClient } from "mongodb";
import { EXIT_CODES } from "../src/cli/main.ts";
import { type MemoryContext, MemoryStore } from "../mod.ts";
import { draft, runDraft, sealLog } from "./fixtures/log.ts";
import { runnerOn } from "./fixtures/memory.ts";
import { freshDatabaseName, mongodbTest } from "./mongodb_server.ts";
import { postgresTest } from "./postgres_server.ts";

const root = fromFileUrl(new URL("..", import.meta.url));
const read = (path: string) => Deno.readTextFileSync(join(root, path));
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...markdownIn("docs"),
  ...markdownIn("migrations_example"),
  ...markdownIn("examples"),
];

function markdownIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(join(root, folder)), ({ name }) => join(folder, name))
    .filter((path) => path.endsWith(".md")).sort();
}

/** The members of a union of literals, by the text that declares it. */
function unionIn(path: string, name: string): string[] {
  const declaration = new RegExp(`export type ${name} =([^;]+);`).exec(read(path))?.[1] ?? "";
  return Array.from(declaration.matchAll(/"(\w+)"/g), ([, code = ""]) => code);
}

/** Headings outside of code blocks, without what marks them. */
function headingsOf(path: string): string[] {
  const prose = read(path).replace(/^```[\s\S]*?^```/gm, "");
  return Array.from(prose.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => heading.trim());
}

/** The anchor of a heading, as web sites with repositories make it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\s-]/g, "").replace(/\s/g, "-");
}

/** The cells of the rows of the first table whose head begins with this title. */
function tableIn(path: string, title: string): string[][] {
  const [, rows = ""] = new RegExp(`^\\| ${title} .*\\n\\|[ -|]+\\n((?:\\|.*\\n)+)`, "m").exec(read(path)) ?? [];
  return rows.trim().split("\n").map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

async function runDeno(args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n") };
}

/** The command with which the README shows the permissions that a driver takes. */
function permissionLine(scheme: string): string[] {
  const lines = Array.from(read("README.md").matchAll(/^deno (run --no-prompt .+)$/gm), ([, line = ""]) => line);
  return lines.map((line) => line.replaceAll('"', "")).find((line) => line.includes(`--database ${scheme}:`))?.split(
    " ",
  ) ??
    [];
}

Deno.test("docs/errors.md has a section for each code of an error and of a problem, and for no other", () => {
  const codes = [...unionIn("src/errors.ts", "ErrorCode"), ...unionIn("src/report.ts", "ProblemCode")];
  assert(codes.length > 20, "The codes were not found in the sources");
  const sections = headingsOf("docs/errors.md").filter((heading) => /^[A-Z]+(_[A-Z]+)+$|^[A-Z]{4,}$/.test(heading));
  assertEquals(sections.toSorted(), codes.toSorted());
});

Deno.test("each section of docs/errors.md says what happened, what was done and what to do", () => {
  const sections = read("docs/errors.md").split(/^### /m).slice(1);
  for (const section of sections) {
    for (const part of ["**What happened.**", "**What was done.**", "**What to do.**"]) {
      assert(section.includes(part), `${section.split("\n", 1)[0]} has no ${part}`);
    }
  }
});

Deno.test("every relative link in Markdown leads somewhere", () => {
  for (const document of documents) {
    for (const [, target = ""] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? document : join(dirname(document), path);
      const place = `${target} in ${document}`;
      const { isFile } = Deno.statSync(join(root, file));
      if (anchor === undefined) continue;
      assert(isFile, `${place} has an anchor in a folder`);
      assert(headingsOf(file).map(anchorOf).includes(anchor), `${place}: there is no such heading in ${file}`);
    }
  }
});

Deno.test("docs/README.md leads to every page of the folder once", () => {
  const links = Array.from(read("docs/README.md").matchAll(/\]\((\w+\.md)\)/g), ([, page = ""]) => join("docs", page));
  assertEquals(links.toSorted(), markdownIn("docs").filter((page) => page !== join("docs", "README.md")));
});

Deno.test("docs/glossary.md has every state of a change unit and no other", () => {
  const states = tableIn("docs/glossary.md", "state in the history").map(([state = ""]) => state.replaceAll("`", ""));
  assertEquals(states.toSorted(), unionIn("src/history/change_entry.ts", "ChangeState").toSorted());
});

Deno.test("examples/README.md leads to every example", () => {
  const folders = Array.from(Deno.readDirSync(join(root, "examples"))).filter(({ isDirectory }) => isDirectory);
  const rows = tableIn("examples/README.md", "folder").map(([link = ""]) => /\[(\w+)\]/.exec(link)?.[1] ?? "");
  assertEquals(rows.toSorted(), folders.map(({ name }) => name).sort());
});

Deno.test("every task that Markdown names is there", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  for (const document of documents) {
    for (const [, name = ""] of read(document).matchAll(/deno(?:@[\d.]+)? task ([a-z][a-z:]*)/g)) {
      assert(name in tasks, `${document} names the task ${name}, which is not in deno.json`);
    }
  }
});

Deno.test("README.md has the exit codes of the command line", () => {
  assertEquals(tableIn("README.md", "exit code").map(([code]) => Number(code)), EXIT_CODES.map(({ code }) => code));
});

Deno.test("README.md has the commands of the command line", async () => {
  const { text } = await runDeno(["run", "-A", "src/cli/main.ts", "--help"]);
  const commands = text.slice(text.indexOf("Commands:"), text.indexOf("Examples:"))
    .matchAll(/^ {2}([a-z]\S*) /gm);
  assertEquals(tableIn("README.md", "command").map(([name = ""]) => name.replaceAll("`", "")), [
    ...Array.from(commands, ([, name]) => name),
  ]);
});

/** The same command, each time with one permission less. */
function withOneLess(line: readonly string[]): string[][] {
  return line.flatMap((word, index) => {
    if (!/^--(?:allow|ignore)-/.test(word)) return [];
    const [flag = "", values = ""] = word.split("=");
    const shorter = values.split(",").map((value) => values.split(",").filter((each) => each !== value));
    return shorter.map((left) => line.with(index, left.length === 0 ? "" : `${flag}=${left}`).filter((each) => each));
  });
}

async function assertLeast(line: readonly string[]): Promise<void> {
  for (const less of withOneLess(line)) {
    const { code } = await runDeno(less);
    assert(code !== 0, `It works with less: deno ${less.join(" ")}`);
  }
  const { code, text } = await runDeno(line);
  assertEquals(code, 0, text);
}

Deno.test("the permissions that README.md gives for SQLite are the least that it takes", async () => {
  const file = `.data/${freshDatabaseName()}.db`;
  await Deno.mkdir(join(root, ".data"), { recursive: true });
  try {
    await assertLeast(permissionLine("sqlite").map((word) => word.replace(".data/shop.db", file)));
  } finally {
    for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(join(root, file + suffix)).catch(() => {});
  }
});

mongodbTest("the permissions that README.md gives for MongoDB are the least that it takes", async (server) => {
  const database = server.url(freshDatabaseName());
  const url = `${database}${database.includes("?") ? "&" : "?"}serverSelectionTimeoutMS=1000`;
  const hosts = /\/\/(?:[^@/]*@)?([^/]+)/.exec(database)?.[1] ?? "";
  const fill = (word: string) => word.startsWith("mongodb:") ? url : word.replace("localhost:27017", hosts);
  await assertLeast(permissionLine("mongodb").map(fill));
  await using client = new MongoClient(database);
  await client.db().dropDatabase();
});

postgresTest("the permissions that README.md gives for PostgreSQL are the least that it takes", async ({ url }) => {
  const fill = (word: string) => word.startsWith("postgres:") ? url : word.replace("localhost:5432", new URL(url).host);
  await assertLeast(permissionLine("postgres").map(fill));
});

for (const state of ["STARTED", "ROLLBACK_FAILED"] as const) {
  for (const as of ["executed", "rolled back"] as const) {
    Deno.test(`a change unit in the state ${state} is recorded as ${as}, as docs/errors.md says`, async () => {
      const store = new MemoryStore();
      const said = { changeId: "forget", author: "ann", order: "0001", file: null, checksum: "sha256:forget" };
      const begun = draft({ ...said, state: "STARTED" });
      const last = state === "STARTED" ? [] : [draft({ ...said, state })];
      store.entries.push(...await sealLog([runDraft(), begun, ...last]));
      const runner = runnerOn(store, [{
        id: "forget",
        author: "ann",
        order: "0001",
        execution: ({ db }: MemoryContext) => db.set("forgotten", true),
        irreversible: "it is gone for good",
      }]);
      const error = await runner.migrate().catch((error) => error);
      const expected = state === "STARTED" ? "CHANGE_INTERRUPTED" : "CHANGE_ROLLBACK_FAILED";
      assertEquals(error.problems?.map(({ code }: { code: string }) => code), [expected]);

      await runner.repair({ repairs: [{ id: "forget", as }], comment: { by: "ann", reason: "a test" } });
      const { executed } = await runner.migrate();
      assertEquals(executed.map(({ id }) => id), as === "executed" ? [] : ["forget"]);
      assertEquals(store.data.get("forgotten"), as === "executed" ? undefined : true);
    });
  }
}
