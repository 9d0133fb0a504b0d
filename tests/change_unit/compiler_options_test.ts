import { assertEquals, assertStringIncludes } from "@std/assert";
import { MigrationsFolder } from "../fixtures/migrations_folder.ts";

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** A program that makes a change unit out of a class, and executes it. */
const PROGRAM = `
import { ChangeUnit, Execution, RollbackExecution } from ${source("change_unit/decorators.ts")};
import { ChangeLog, ChangeSet } from ${source("change_unit/change_log.ts")};
import { readDefinition } from ${source("change_unit/read_change_unit.ts")};
import type { MemoryContext } from ${source("drivers/memory/memory_driver.ts")};

class Base {
  @RollbackExecution
  rollback() {}
}

@ChangeUnit({ author: "ann" })
export default class Greet extends Base {
  readonly #executionId: string;
  constructor({ executionId }: MemoryContext) {
    super();
    this.#executionId = executionId;
  }
  @Execution
  greet() {
    return "greeted in " + this.#executionId;
  }
}

@ChangeLog()
class Greetings {
  @ChangeSet({ id: "a", order: "1" })
  greet() {
    return "greeted again";
  }
}

const listed = { order: "1", id: "greet", file: null, checksum: null, author: null };
for (const definition of [Greet, Greetings]) {
  const reading = readDefinition(definition, listed, "nobody");
  const units = "unit" in reading ? [reading.unit] : "units" in reading ? reading.units : [];
  for (const { author, execution } of units) console.log(author, execution({ executionId: "1" }));
  if ("violations" in reading) console.log(reading.violations);
}
`;

interface Output {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in a folder where nothing else is but, maybe, a configuration. */
async function run(configuration?: object, check = "--check"): Promise<Output> {
  await using folder = await MigrationsFolder.make({ "main.ts": PROGRAM });
  if (configuration !== undefined) await folder.write("deno.json", JSON.stringify(configuration));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", check, ...(configuration === undefined ? ["--no-config"] : []), "main.ts"],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: decode(stdout), stderr: decode(stderr) };
}

const GREETED = "ann greeted in 1\nnobody greeted again\n";

Deno.test("The decorators need no configuration", async () => {
  for (const configuration of [undefined, {}]) {
    const { stdout, stderr } = await run(configuration);
    assertEquals(stdout, GREETED, stderr);
  }
});

Deno.test("The decorators bear strict options of the compiler", async () => {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
  };
  const { stdout, stderr } = await run({ compilerOptions });
  assertEquals(stdout, GREETED, stderr);
});

Deno.test("The decorators refuse `experimentalDecorators`, to the type checker and at run time", async () => {
  const configuration = { compilerOptions: { experimentalDecorators: true } };
  for (const [check, message] of [["--check", "TS1241"], ["--no-check", "`experimentalDecorators` must not be set"]]) {
    const { success, stderr } = await run(configuration, check);
    assertEquals(success, false);
    assertStringIncludes(stderr, message ?? "");
  }
});
