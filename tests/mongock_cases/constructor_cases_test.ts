import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChangeUnit, Execution, type MemoryContext, MemoryDriver, MemoryStore, Runner } from "../../mod.ts";
import { counting, dataOf, logOf, runnerOn } from "../fixtures/memory.ts";

const irreversible = "a test";

/** What the constructors of these cases are given beside what driver and core give. */
interface Mailer {
  readonly mailer: { send(text: string): void };
}

@ChangeUnit({ id: "without", order: "1", irreversible })
class WithoutConstructor {
  @Execution
  execute({ mailer }: MemoryContext & Mailer) {
    mailer.send("without a constructor");
  }
}

@ChangeUnit({ id: "nothing", order: "2", irreversible })
class WithEmptyConstructor {
  readonly #text: string;

  constructor() {
    this.#text = "with an empty constructor";
  }

  @Execution
  execute({ mailer }: MemoryContext & Mailer) {
    mailer.send(this.#text);
  }
}

@ChangeUnit({ id: "dependency", order: "3", irreversible })
class WithDependency {
  protected readonly mailer: Mailer["mailer"];

  constructor({ mailer }: MemoryContext & Mailer) {
    this.mailer = mailer;
  }

  @Execution
  execute() {
    this.mailer.send("with a dependency");
  }
}

@ChangeUnit({ id: "inherited", order: "4", irreversible })
class WithInheritedConstructor extends WithDependency {
  override execute() {
    this.mailer.send("with an inherited constructor");
  }
}

Deno.test("a class may have no constructor, an empty one, one with dependencies, or an inherited one", async () => {
  const sent: string[] = [];
  const report = await Runner.builder()
    .driver(new MemoryDriver())
    .dependency("mailer", { send: (text: string) => void sent.push(text) })
    .migrations([WithoutConstructor, WithEmptyConstructor, WithDependency, WithInheritedConstructor])
    .build()
    .migrate();
  assertEquals(report.executed.length, 4);
  assertEquals(sent, [
    "without a constructor",
    "with an empty constructor",
    "with a dependency",
    "with an inherited constructor",
  ]);
});

/** A class whose constructor fails. */
function failing(construct: (context: object) => void, transactional: boolean) {
  @ChangeUnit({ id: "a", order: "1", failFast: false, transactional, irreversible })
  class Failing {
    constructor(context: MemoryContext) {
      construct(context);
    }

    @Execution
    execute({ db }: MemoryContext) {
      db.set("a", "it was executed");
    }
  }
  return Failing;
}

const constructors: readonly [what: string, construct: (context: object) => void, message: string][] = [
  ["asks for a dependency that nobody has registered", (context) => Reflect.get(context, "mailer"), '"mailer"'],
  ["throws", () => {
    throw new Error("it is broken");
  }, "it is broken"],
];

for (const [what, construct, message] of constructors) {
  for (const transactional of [true, false]) {
    const kind = transactional ? "a transactional" : "a non-transactional";
    Deno.test(`the constructor of ${kind} class with failFast false ${what}: that is recorded and told`, async () => {
      const store = new MemoryStore();
      const report = await runnerOn(store, [failing(construct, transactional), counting("2", "b")]).migrate()
        .catch((error) => error.report);
      const [failed] = report.failed;
      assert(failed !== undefined);
      assertEquals([failed.id, report.failed.length], ["a", 1]);
      assertStringIncludes(failed.message, message);
      const last = store.entries.find(({ changeId, error }) => changeId === "a" && error !== null);
      assertStringIncludes(last?.error?.message ?? "", message);
      assertEquals(dataOf(store).a, undefined);
      if (transactional) assertEquals(logOf(store), ["a FAILED", "b EXECUTED"]);
    });
  }
}

Deno.test("a class without a constructor parameter type-checks, one that needs a dependency does not without it", () => {
  const start = Runner.builder().driver(new MemoryDriver());
  start.migrations([WithEmptyConstructor]).build();
  start.dependency("mailer", { send: (_: string) => {} }).migrations([WithDependency]).build();
  // @ts-expect-error -- there is no mailer
  start.migrations([WithDependency]).build();
});
