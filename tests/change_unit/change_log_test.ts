import { assertEquals, assertThrows } from "@std/assert";
import { ChangeLog, ChangeSet } from "../../src/change_unit/change_log.ts";
import { declarationsOf, declaredMethods } from "../../src/change_unit/declarations.ts";
import type { MemoryContext } from "../../src/drivers/memory/memory_driver.ts";

Deno.test("@ChangeLog and @ChangeSet note down their attributes", () => {
  @ChangeLog({ order: "1", author: "ann" })
  class Clients {
    @ChangeSet({ id: "create", order: "1", author: "bob", transactional: false, runAlways: true, systemVersion: "2" })
    create({ db }: MemoryContext) {
      db.set("clients", []);
    }
  }
  assertEquals(declarationsOf(Clients), [{ decorator: "ChangeLog", attributes: { order: "1", author: "ann" } }]);
  const attributes = {
    id: "create",
    order: "1",
    author: "bob",
    transactional: false,
    runAlways: true,
    systemVersion: "2",
  };
  assertEquals(declaredMethods(Clients.prototype), [
    { name: "create", declarations: [{ decorator: "ChangeSet", attributes }] },
  ]);
});

Deno.test("@ChangeLog and @ChangeSet do not type-check with attributes that they do not have, or without those they need", () => {
  // @ts-expect-error each change set says that
  @ChangeLog({ runAlways: true })
  class Clients {
    // @ts-expect-error it needs an id
    @ChangeSet({ order: "1" })
    withoutId() {}
    // @ts-expect-error it needs an order
    @ChangeSet({ id: "a" })
    withoutOrder() {}
    // @ts-expect-error it always is
    @ChangeSet({ id: "b", order: "2", irreversible: "gone" })
    irreversible() {}
  }
  assertEquals(declaredMethods(Clients.prototype).length, 3);
});

Deno.test("@ChangeLog and @ChangeSet refuse to be used without parentheses", () => {
  const log = assertThrows(() => {
    // @ts-expect-error it is called first
    @ChangeLog
    class Clients {}
    return Clients;
  }, TypeError);
  assertEquals(log.message, "`@ChangeLog` must be called with attributes: `@ChangeLog({ … })`");
  const set = assertThrows(() => {
    class Clients {
      // @ts-expect-error it is called first
      @ChangeSet
      create() {}
    }
    return Clients;
  }, TypeError);
  assertEquals(set.message, "`@ChangeSet` must be called with attributes: `@ChangeSet({ … })`");
});

Deno.test("@ChangeSet refuses what is no method of an instance, as the types do", () => {
  assertThrows(
    () => {
      class Clients {
        // @ts-expect-error it is a field
        @ChangeSet({ id: "a", order: "1" })
        field = 1;
      }
      return Clients;
    },
    TypeError,
    "`@ChangeSet` must stand at a method",
  );
});
