import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as entry from "../mod.ts";
import { ROOT } from "./fixtures/source_files.ts";

/** Everything that `mod.ts` exports, by hand: a change here is a change of the API. */
const VALUES = [
  "BeforeExecution",
  "ChangeFailedError",
  "ChangeLog",
  "ChangeSet",
  "ChangeUnit",
  "CommitUnknownError",
  "DatabaseError",
  "Execution",
  "ExecutionError",
  "Factory",
  "FolderSource",
  "HistoryError",
  "HistoryNotWrittenError",
  "InterruptedError",
  "ListSource",
  "LockLostError",
  "LockNotObtainedError",
  "ManifestSource",
  "MemoryDatabase",
  "MemoryDriver",
  "MemoryStore",
  "MigrationError",
  "PlanError",
  "PositionTakenError",
  "RollbackBeforeExecution",
  "RollbackExecution",
  "Runner",
  "RunnerBuilder",
  "RunnerBuilderStart",
  "ScriptError",
  "SourceError",
  "compareManifest",
  "defineChangeUnit",
  "factory",
  "validateSource",
  "writeManifest",
];

const TYPES = [
  "BaselineOptions",
  "ChangeContext",
  "ChangeEntry",
  "ChangeLogAttributes",
  "ChangeMethod",
  "ChangeReference",
  "ChangeSetAttributes",
  "ChangeSource",
  "ChangeState",
  "ChangeUnitAttributes",
  "ChangeUnitClass",
  "ChangeUnitDefinition",
  "ChangeUnitReading",
  "ClassAttributes",
  "ClassMethod",
  "ClassMethodContext",
  "Comment",
  "Dependencies",
  "Driver",
  "DriverSupports",
  "EntryDraft",
  "EntryType",
  "ErrorClass",
  "ErrorCode",
  "ExecutedChange",
  "ExecutionReport",
  "FailedChange",
  "Guard",
  "HistoryRange",
  "Irreversible",
  "Lease",
  "LeaseHeld",
  "LeaseRefused",
  "LeaseReply",
  "LeaseRequest",
  "LeaseStatus",
  "Limit",
  "ListedChange",
  "ListedClass",
  "ListedDefinition",
  "ListedUnit",
  "LoadedChangeUnit",
  "LockOptions",
  "ManifestDifference",
  "ManifestRow",
  "MarkStep",
  "MarkSubject",
  "MemoryContext",
  "MemoryDriverContext",
  "MigrateOptions",
  "Operation",
  "Plan",
  "PlanRules",
  "PlanStep",
  "PlannedChange",
  "Problem",
  "ProblemCode",
  "RecordedError",
  "ReleaseLockOptions",
  "RepairOptions",
  "RepairRequest",
  "Resolved",
  "Reversible",
  "RunnerEvent",
  "RunnerListener",
  "RunnerOptions",
  "RunnerSettings",
  "Runtime",
  "SchemaChanges",
  "SkippedChange",
  "SourceListing",
  "SourceSnapshot",
  "Step",
  "StopOptions",
  "StoredLease",
  "Transaction",
  "TransactionStrategy",
  "UndoOptions",
  "UndoStep",
  "UndoTarget",
  "ValidateSourceOptions",
  "VersionRange",
  "WithBefore",
  "WithoutBefore",
];

/** Runs Deno in the repository and gives what it wrote. */
async function runDeno(args: string[], input = ""): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("mod.ts exports these values and no others", () => {
  assertEquals(Object.keys(entry).toSorted(), VALUES);
});

Deno.test("mod.ts exports these types and no others", async () => {
  const text = await Deno.readTextFile(`${ROOT}/mod.ts`);
  const names = Array.from(text.matchAll(/^export (type )?\{([^}]*)\} from/gm)).flatMap(([, type, list]) =>
    (list ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "")
      .filter((name) => type !== undefined || name.startsWith("type ")).map((name) => name.replace("type ", ""))
  );
  assertEquals(names.toSorted(), TYPES);
});

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly specifier: string; readonly code?: { readonly specifier?: string } }[];
  }[];
}

Deno.test("Importing mod.ts loads no client of a database", async () => {
  const { success, stdout, stderr } = await runDeno(["info", "--json", "mod.ts"]);
  assert(success, stderr);
  const { modules } = JSON.parse(stdout) as ModuleGraph;
  const loaded = new Set(modules.flatMap(({ specifier, dependencies = [] }) => [
    specifier,
    ...dependencies.flatMap(({ specifier: name, code }) => code === undefined ? [] : [name, code.specifier ?? name]),
  ]));
  assert(loaded.has(new URL("../src/run/runner.ts", import.meta.url).href));
  const clients = /mongodb|sqlite|commander|^npm:/;
  assertEquals([...loaded].filter((specifier) => clients.test(specifier)), []);
});

Deno.test("mod.ts needs neither a permission nor an npm package to migrate in memory", async () => {
  const program = `
    import { MemoryDriver, MemoryStore, Runner } from ${JSON.stringify(new URL("../mod.ts", import.meta.url).href)};
    const store = new MemoryStore();
    const migrations = [{
      id: "greet",
      order: "1",
      execution: ({ db }) => db.set("greeting", "hello"),
      irreversible: "it is only an example",
    }];
    await new Runner({ driver: new MemoryDriver({ store }), migrations }).migrate();
    console.log(JSON.stringify([...store.data]));
  `;
  const { stdout, stderr } = await runDeno(["run", "--no-prompt", "--no-npm", "--config", "deno.json", "-"], program);
  assertEquals(stderr, "");
  assertStringIncludes(stdout, '[["greeting","hello"]]');
});
