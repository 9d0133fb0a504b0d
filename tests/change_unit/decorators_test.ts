import { assertEquals, assertThrows } from "@std/assert";
import { declarationsOf, declaredMethods } from "../../src/change_unit/declarations.ts";
import {
  BeforeExecution,
  ChangeUnit,
  Execution,
  RollbackBeforeExecution,
  RollbackExecution,
} from "../../src/change_unit/decorators.ts";
import type { MemoryContext } from "../../src/drivers/memory/memory_driver.ts";

const decorators = { Execution, RollbackExecution, BeforeExecution, RollbackBeforeExecution };

/** Runs at run time what the types refuse, and gives the message of the error. */
function refusal(define: () => unknown): string {
  return assertThrows(define, TypeError).message;
}

Deno.test("@ChangeUnit notes down its attributes, and changes nothing of the class", () => {
  class Plain {}
  @ChangeUnit({ author: "ann", systemVersion: "1", irreversible: "gone" })
  class CreateClients {}
  assertEquals(declarationsOf(CreateClients), [
    { decorator: "ChangeUnit", attributes: { author: "ann", systemVersion: "1", irreversible: "gone" } },
  ]);
  assertEquals(Object.keys(CreateClients), Object.keys(Plain));
  assertEquals(CreateClients.name, "CreateClients");
});

Deno.test("@ChangeUnit needs no attributes but its parentheses", () => {
  @ChangeUnit()
  class CreateClients {}
  assertEquals(declarationsOf(CreateClients), [{ decorator: "ChangeUnit", attributes: {} }]);
  const message = refusal(() => {
    // @ts-expect-error it is called first
    @ChangeUnit
    class WithoutParentheses {}
    return WithoutParentheses;
  });
  assertEquals(message, "`@ChangeUnit` must be called with attributes: `@ChangeUnit({ … })`");
});

Deno.test("@ChangeUnit does not type-check with attributes that a change unit does not have, or of wrong types", () => {
  // @ts-expect-error it is called `author`
  @ChangeUnit({ autor: "ann" })
  class Unknown {}
  // @ts-expect-error it is true or false
  @ChangeUnit({ runAlways: "yes" })
  class Wrong {}
  // @ts-expect-error a class has methods for that
  @ChangeUnit({ execution() {} })
  class WithMethod {}
  assertEquals([Unknown, Wrong, WithMethod].map((each) => declarationsOf(each).length), [1, 1, 1]);
});

Deno.test("@ChangeUnit does not type-check at a class that cannot be made out of a context", () => {
  @ChangeUnit()
  class Accepted {
    constructor({ db }: MemoryContext & { readonly mailer: string }, optional?: number) {
      void [db, optional];
    }
  }
  // @ts-expect-error there is only the context
  @ChangeUnit()
  class TwoParameters {
    constructor(context: MemoryContext, second: number) {
      void [context, second];
    }
  }

  // @ts-expect-error nobody can make one

  @ChangeUnit()
  abstract class Abstract {}
  class WithMethod {
    // @ts-expect-error it stands above a class
    @ChangeUnit()
    method() {}
  }
  assertEquals([Accepted, TwoParameters, Abstract, WithMethod].length, 4);
});

for (const [name, decorator] of Object.entries(decorators)) {
  Deno.test(`@${name} marks a method and changes nothing of it`, () => {
    class Unmarked {
      method(_context: MemoryContext) {}
    }
    class Marked {
      @decorator
      async method({ db }: MemoryContext) {
        await db.get("key");
      }
      @decorator
      other() {}
    }
    assertEquals(declaredMethods(Unmarked.prototype), []);
    const declarations = [{ decorator: name, attributes: {} }];
    assertEquals(declaredMethods(Marked.prototype), [
      { name: "method", declarations },
      { name: "other", declarations },
    ]);
    assertEquals(Object.keys(Marked.prototype.method), []);
    assertEquals(new Marked().method.length, 1);
  });

  Deno.test(`@${name} refuses what is no method of an instance, as the types do`, () => {
    const message = `\`@${name}\` must stand at a method that is neither static nor private; ` +
      "it is a decorator of the language, for which `experimentalDecorators` must not be set";
    const define: (() => unknown)[] = [
      () =>
        class {
          // @ts-expect-error it is a field
          @decorator
          field = 1;
        },
      () =>
        class {
          // @ts-expect-error it is a getter
          @decorator
          get value() {
            return 1;
          }
        },
      () =>
        class {
          // @ts-expect-error it is an accessor
          @decorator
          accessor value = 1;
        },
      () =>
        class {
          // @ts-expect-error it belongs to the class
          @decorator
          static method() {}
        },
      () =>
        class {
          // @ts-expect-error nobody can call it
          @decorator
          #method() {}
          other() {
            this.#method();
          }
        },
      () => {
        // @ts-expect-error it is a class
        @decorator
        class Whole {}
        return Whole;
      },
      // What `experimentalDecorators` makes of it.
      () => Reflect.apply(decorator, undefined, [{}, "method", { value: () => {} }]),
    ];
    for (const each of define) assertEquals(refusal(each), message);
  });

  Deno.test(`@${name} does not type-check with parentheses, nor at a method with two parameters`, () => {
    const message = refusal(() => {
      class Called {
        // @ts-expect-error it is not called
        @decorator()
        method() {}
      }
      return Called;
    });
    assertEquals(message, `\`@${name}\` must be written without parentheses`);
    class TwoParameters {
      // @ts-expect-error there is only the context
      @decorator
      method(context: MemoryContext, second: number) {
        void [context, second];
      }
    }
    assertEquals(declaredMethods(TwoParameters.prototype).length, 1);
  });
}

Deno.test("@Execution that another decorator has taken away is missed when an instance is made", () => {
  // deno-lint-ignore no-explicit-any -- it takes any method
  function wrapped(method: (...parameters: any[]) => any): any {
    return (...parameters: unknown[]) => method(...parameters);
  }
  class Below {
    @Execution
    @wrapped
    greet() {}
  }
  class Above {
    @wrapped
    @Execution
    greet() {}
  }
  new Below();
  assertEquals(
    refusal(() => new Above()),
    "The method `greet` has lost `@Execution` to another decorator: write it above that",
  );
});
