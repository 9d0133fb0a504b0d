import { assertEquals, assertRejects } from "@std/assert";
import {
  ChangeFailedError,
  factory,
  type MemoryContext,
  type MemoryDatabase,
  MemoryDriver,
  MemoryStore,
  Runner,
} from "../../mod.ts";
import { BeforeExecution, ChangeUnit, Execution, RollbackBeforeExecution } from "../../src/change_unit/decorators.ts";
import { dataOf } from "../fixtures/memory.ts";

const irreversible = "nobody would want that";

/** Built on a database, as an ORM is. */
class Greetings {
  readonly #db: MemoryDatabase;
  constructor(db: MemoryDatabase) {
    this.#db = db;
  }
  add(name: string) {
    this.#db.set(name, "hello");
  }
}

Deno.test("A class gets dependencies, of which those from factories are part of each transaction", async () => {
  const store = new MemoryStore();
  const sent: string[] = [];
  class Mailer {
    readonly #from = "denock";
    send(to: string) {
      sent.push(`${this.#from} ${to}`);
    }
  }
  @ChangeUnit({ id: "greet", order: "1", irreversible })
  class Greet {
    readonly #greetings: Greetings;
    readonly #mailer: Mailer;
    readonly #own: Greetings;
    constructor({ db, greetings, mailer }: MemoryContext & { greetings: Greetings; mailer: Mailer }) {
      this.#greetings = greetings;
      this.#mailer = mailer;
      this.#own = new Greetings(db);
    }
    @BeforeExecution
    before() {
      this.#greetings.add("before");
    }
    @RollbackBeforeExecution
    rollbackBefore() {}
    @Execution
    greet() {
      this.#greetings.add("ann");
      this.#own.add("bob");
      this.#mailer.send("ann");
      throw new Error("no");
    }
  }
  const runner = new Runner({
    driver: new MemoryDriver({ store }),
    dependencies: { greetings: factory(({ db }: MemoryContext) => new Greetings(db)), mailer: new Mailer() },
    migrations: [Greet],
  });
  await assertRejects(() => runner.migrate(), ChangeFailedError);
  assertEquals([dataOf(store), sent], [{ before: "hello" }, ["denock ann"]]);
  const built = Runner.builder().driver(new MemoryDriver())
    .dependency("greetings", factory(({ db }: MemoryContext) => new Greetings(db)))
    // @ts-expect-error nobody has registered a `mailer`
    .migrations([Greet]);
  await assertRejects(() => built.build().migrate(), ChangeFailedError, 'Nothing called "mailer" is registered');
});
