import { assert, assertEquals } from "@std/assert";
import { declarationsOf, declaredMethods, isClass, noteDeclaration } from "../../src/change_unit/declarations.ts";
import { Execution, RollbackExecution } from "../../src/change_unit/decorators.ts";

/** The decorated methods of a class, with their decorators. */
function methodsOf({ prototype }: { readonly prototype: object }): Record<string, string> {
  return Object.fromEntries(
    declaredMethods(prototype).map(({ name, declarations }) => [
      String(name),
      declarations.map(({ decorator }) => decorator).join(),
    ]),
  );
}

class Base {
  @Execution
  execute() {}

  @RollbackExecution
  rollBack() {}

  other() {}
}

Deno.test("declaredMethods() finds decorated methods, also inherited ones and those named by a symbol", () => {
  const name = Symbol("name");
  class Derived extends Base {
    @Execution
    [name]() {}
  }
  assertEquals(methodsOf(Base), { execute: "Execution", rollBack: "RollbackExecution" });
  assertEquals(methodsOf(Derived), {
    "Symbol(name)": "Execution",
    execute: "Execution",
    rollBack: "RollbackExecution",
  });
});

Deno.test("declaredMethods() lets a method that overrides a decorated one take over its decorators", () => {
  class Derived extends Base {
    override execute() {}
    override other() {}
  }
  assertEquals(methodsOf(Derived), methodsOf(Base));
});

Deno.test("declaredMethods() takes the decorators of the overriding method where it has its own", () => {
  class Derived extends Base {
    @RollbackExecution
    override execute() {}
  }
  assertEquals(methodsOf(Derived), { execute: "RollbackExecution", rollBack: "RollbackExecution" });
});

Deno.test("declaredMethods() calls no getter", () => {
  class WithGetter {
    get trap(): never {
      throw new Error("called");
    }
  }
  assertEquals(methodsOf(WithGetter), {});
});

Deno.test("declarationsOf() gives everything that was noted, and nothing of a base class", () => {
  class Noted {}
  class Derived extends Noted {}
  noteDeclaration(Noted, { decorator: "A", attributes: { one: 1 } });
  noteDeclaration(Noted, { decorator: "B", attributes: {} });
  assertEquals(declarationsOf(Noted), [{ decorator: "A", attributes: { one: 1 } }, { decorator: "B", attributes: {} }]);
  for (const target of [Derived, {}, null, undefined, "text"]) assertEquals(declarationsOf(target), []);
});

Deno.test("declarationsOf() knows what another version of this package has noted", async () => {
  const { href } = new URL("../../src/change_unit/declarations.ts", import.meta.url);
  const copy = await import(`${href}?copy`);
  class Noted {}
  copy.noteDeclaration(Noted, { decorator: "A", attributes: {} });
  assert(copy.noteDeclaration !== noteDeclaration);
  assertEquals(declarationsOf(Noted), [{ decorator: "A", attributes: {} }]);
});

Deno.test("isClass() tells classes from functions", () => {
  abstract class Abstract {}
  for (const value of [class {}, class Named {}, Abstract, Date]) assert(isClass(value));
  for (const value of [() => {}, function () {}, async () => {}, function* () {}, {}, null, undefined, "class"]) {
    assert(!isClass(value));
  }
});
