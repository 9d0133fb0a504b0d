import { assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ClassInstance } from "../../src/change_unit/class_instance.ts";

/** The context of an execution. */
function contextOf(executionId: string, beside: object = {}): object {
  return { executionId, ...beside };
}

/** A class that keeps what happens to it. */
class Counting {
  static made: Counting[] = [];
  readonly calls: string[] = [];

  constructor(readonly context: { readonly attempt: number; readonly name: string }) {
    Counting.made.push(this);
  }

  execute(context: { readonly name: string }) {
    this.calls.push(`execute ${this.context.name} ${context.name}`);
    return "result";
  }

  rollBack() {
    this.calls.push(`roll back ${this.context.name}`);
  }
}

Deno.test("ClassInstance makes one instance for all methods of an execution, right before the first", () => {
  Counting.made = [];
  const instance = new ClassInstance(Counting);
  const execute = instance.method("execute", "Execution");
  const rollBack = instance.method("rollBack", "RollbackExecution");
  assertEquals(Counting.made.length, 0);
  assertEquals(execute(contextOf("1", { name: "a" })), "result");
  execute(contextOf("1", { name: "b" }));
  rollBack(contextOf("1", { name: "c" }));
  assertEquals(Counting.made.map(({ calls }) => calls), [["execute a a", "execute b b", "roll back c"]]);
});

Deno.test("ClassInstance makes another instance for another execution", () => {
  Counting.made = [];
  const execute = new ClassInstance(Counting).method("execute", "Execution");
  for (const [executionId, name] of ["1a", "2b", "2c"]) execute(contextOf(executionId ?? "", { name }));
  assertEquals(Counting.made.map(({ calls }) => calls), [["execute a a"], ["execute b b", "execute c c"]]);
  assertNotStrictEquals(Counting.made[0], Counting.made[1]);
});

Deno.test("ClassInstance gives methods the context itself, and calls an overridden method", () => {
  const given: object[] = [];
  class Base {
    run(context: object) {
      given.push(context);
    }
  }
  class Derived extends Base {
    override run(context: object) {
      super.run(context);
      given.push(this);
    }
  }
  const context = contextOf("1");
  new ClassInstance(Derived).method("run", "Execution")(context);
  assertStrictEquals(given[0], context);
  assertEquals(given[1] instanceof Derived, true);
});

/** A class whose constructor throws as often as it is told. */
function failing(times: number) {
  const calls: string[] = [];
  let left = times;
  const instance = new ClassInstance(
    class {
      constructor() {
        calls.push("constructor");
        if (left-- > 0) throw new Error("no");
      }
      run(): void {
        calls.push("run");
      }
    },
  );
  return { calls, method: (decorator: string) => instance.method("run", decorator) };
}

Deno.test("ClassInstance tries again to make an instance when the constructor has thrown", () => {
  const { calls, method } = failing(1);
  assertThrows(() => method("Execution")(contextOf("1")), Error, "no");
  method("Execution")(contextOf("1"));
  assertEquals(calls, ["constructor", "constructor", "run"]);
});

for (const step of ["Execution", "BeforeExecution"]) {
  Deno.test(`ClassInstance rolls back no @${step} that could not begin because the constructor has thrown`, () => {
    const { calls, method } = failing(2);
    assertThrows(() => method(step)(contextOf("1")), Error, "no");
    method(`Rollback${step}`)(contextOf("1"));
    assertEquals(calls, ["constructor"]);
  });
}

Deno.test("ClassInstance rolls back what another execution has begun, whatever has become of the constructor since", () => {
  const { calls, method } = failing(2);
  assertThrows(() => method("RollbackExecution")(contextOf("1")), Error, "no");
  assertThrows(() => method("Execution")(contextOf("1")), Error, "no");
  method("RollbackExecution")(contextOf("2"));
  method("RollbackBeforeExecution")(contextOf("2"));
  assertEquals(calls, ["constructor", "constructor", "constructor", "run", "run"]);
});

Deno.test("ClassInstance rolls back the before step that stands although the execution could not begin", () => {
  const { calls, method } = failing(1);
  assertThrows(() => method("Execution")(contextOf("1")), Error, "no");
  method("RollbackBeforeExecution")(contextOf("1"));
  assertEquals(calls, ["constructor", "constructor", "run"]);
});

Deno.test("ClassInstance does not begin a method whose context has what the constructor has kept as undefined", () => {
  const sessions: unknown[] = [];
  class KeepsSession {
    readonly #session: unknown;
    constructor({ session }: { readonly session: unknown }) {
      this.#session = session;
    }
    run() {
      sessions.push(this.#session);
    }
  }
  const instance = new ClassInstance(KeepsSession);
  instance.method("run", "BeforeExecution")(contextOf("1", { session: undefined }));
  assertThrows(() => instance.method("run", "Execution")(contextOf("1", { session: {} })), TypeError, "`session`");
  instance.method("run", "RollbackExecution")(contextOf("1", { session: undefined }));
  instance.method("run", "RollbackBeforeExecution")(contextOf("1", { session: undefined }));
  assertEquals(sessions, [undefined, undefined]);
});
