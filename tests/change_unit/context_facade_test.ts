import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ContextFacade } from "../../src/change_unit/context_facade.ts";

/** A database with a private part, as those of the drivers have. */
class Database {
  readonly #rows: string[] = [];
  owner?: string = "nobody";

  constructor(readonly name: string) {}

  get rows(): readonly string[] {
    return this.#rows;
  }

  add(row: string): this {
    this.#rows.push(row);
    return this;
  }

  collection(prefix: string): Collection {
    made.push(`${this.name}.${prefix}`);
    return new Collection(this, prefix);
  }

  static isOne(value: object): boolean {
    return #rows in value;
  }
}

class Collection {
  constructor(readonly database: Database, readonly prefix: string) {}

  add(row: string): void {
    this.database.add(`${this.prefix} ${row}`);
  }
}

const made: string[] = [];

// deno-lint-ignore no-explicit-any -- a test takes anything out of a context
type Anything = any;

/** What somebody keeps of a context, and the façade behind it. */
function keep<Kept>(context: object, borrow: (context: Anything) => Kept): { facade: ContextFacade; kept: Kept } {
  const facade = new ContextFacade(context);
  return { facade, kept: facade.lend(borrow) };
}

Deno.test("ContextFacade leads what was kept to the context of the moment", () => {
  const [first, second] = [new Database("first"), new Database("second")];
  const { facade, kept: { db } } = keep({ db: first }, ({ db }) => ({ db }));
  db.add("a");
  facade.moveTo({ db: second });
  db.add("b").add("c");
  db.owner = "ann";
  assertEquals([first.rows, second.rows], [["a"], ["b", "c"]]);
  assertEquals([first.owner, second.owner, db.owner, db.name], ["nobody", "ann", "ann", "second"]);
});

Deno.test("ContextFacade calls methods on the real object, so that private fields work", () => {
  const real = new Database("real");
  const { kept: { db } } = keep({ db: real }, ({ db }) => ({ db }));
  assertEquals(db.add("a").rows, ["a"]);
  const { add } = db;
  assertThrows(() => add("a"), TypeError); // as without a façade
  add.call(real, "b");
  add.bind(db)("c");
  assertEquals(real.rows, ["a", "b", "c"]);
});

Deno.test("ContextFacade makes façades that look like what they stand for", async () => {
  const context = { db: new Database("real"), log: (text: string) => `log ${text}`, Database };
  const { kept: { db, log, Database: Kept } } = keep(context, (context) => ({ ...context }));
  assert(db instanceof Database);
  assertEquals([typeof db, typeof log, log("a")], ["object", "function", "log a"]);
  assertEquals(["name" in db, "add" in db, "none" in db, Object.keys(db)], [true, true, false, ["name", "owner"]]);
  assertStrictEquals(db.constructor, Database);
  const made = new Kept("made");
  assert(made instanceof Database && Database.isOne(made) && made instanceof Kept);
  assert(Kept.isOne(made));
  assertStrictEquals(await db, db);
  assert(delete db.owner);
  assertEquals({ ...db }, { name: "real" });
});

Deno.test("ContextFacade makes façades of frozen objects", () => {
  const settings = Object.freeze({ url: "here", connect: () => "connected" });
  const { kept } = keep({ settings }, ({ settings }) => settings);
  assertEquals([Object.keys(kept), { ...kept }.url, kept.connect()], [["url", "connect"], "here", "connected"]);
});

Deno.test("ContextFacade hands values over as they are", () => {
  const context = {
    attempt: 1,
    executionId: "e",
    date: new Date(0),
    bytes: new Uint8Array([1]),
    pattern: /a/,
    promise: Promise.resolve(),
    nothing: null,
  };
  const { facade, kept } = keep(context, (context) => ({ ...context }));
  for (const [name, value] of Object.entries(context)) assertStrictEquals(kept[name], value, name);
  facade.moveTo({ ...context, attempt: 2 });
  assertEquals(kept.attempt, 1);
});

Deno.test("ContextFacade makes façades of lists and of plain objects, which may be those of a transaction", () => {
  const context = (name: string) => ({
    items: Object.freeze([name, [name]]),
    data: { name, parts: new Map([[name, 1]]) },
  });
  const { facade, kept: { items, data, parts } } = keep(context("first"), ({ items, data }) => {
    return { items, data, parts: data.parts };
  });
  facade.moveTo(context("second"));
  assert(Array.isArray(items));
  assertEquals([items.length, Object.keys(items), items.indexOf("second")], [2, ["0", "1"], 0]);
  assertEquals([[...items], [...items.concat("a")].length, items.map(String)], [["second", ["second"]], 3, [
    "second",
    "second",
  ]]);
  assertEquals(JSON.stringify({ items, name: data.name }), '{"items":["second",["second"]],"name":"second"}');
  assertEquals([...parts.keys()], ["second"]);
  const open: { list: string[] } = { list: [] };
  facade.moveTo({ ...context("third"), items: open.list });
  items.push("a", "b");
  assertEquals(open.list, ["a", "b"]);
});

Deno.test("ContextFacade hands over the data that a call has returned, and does not call it again", () => {
  let calls = 0;
  const circle: { self?: object } = {};
  circle.self = circle;
  const context = () => ({
    db: { read: () => ++calls && { rows: [1, { two: 2n }], circle }, find: () => ({ close() {} }) },
  });
  const { facade, kept: { rows, circle: kept } } = keep(context(), ({ db }) => db.read());
  facade.moveTo(context());
  assertEquals([rows, calls], [[1, { two: 2n }], 1]);
  assertStrictEquals(kept, circle);
});

Deno.test("ContextFacade lets the context itself be kept", () => {
  const { facade, kept } = keep({ db: new Database("first"), attempt: 1 }, (context) => context);
  const second = { db: new Database("second"), attempt: 2, session: "s" };
  facade.moveTo(second);
  assertEquals([kept.attempt, kept.session, kept.db.name], [2, "s", "second"]);
  assertStrictEquals(kept.db, second.db);
});

Deno.test("ContextFacade makes anew what was made of something that has been replaced", () => {
  made.length = 0;
  const [first, second] = [new Database("first"), new Database("second")];
  const { facade, kept: users } = keep({ db: first }, ({ db }) => db.collection("user"));
  users.add("ann");
  users.add("bob");
  facade.moveTo({ db: second });
  users.add("carl");
  users.add("dora");
  assertEquals([first.rows, second.rows], [["user ann", "user bob"], ["user carl", "user dora"]]);
  assertEquals(made, ["first.user", "second.user"]);
});

Deno.test("ContextFacade does not make anew what was made of something that is still there", () => {
  made.length = 0;
  const shared = new Database("shared");
  const open = (prefix: string) => shared.collection(prefix);
  const { facade, kept: [users, orders] } = keep(
    { shared, open },
    ({ shared, open }) => [shared.collection("user"), open("order")],
  );
  facade.moveTo({ shared, open });
  users.add("ann");
  orders.add("1");
  assertEquals([shared.rows, made], [["user ann", "order 1"], ["shared.user", "shared.order"]]);
});

Deno.test("ContextFacade leads on from parts of parts, and hands over what a promise will give", async () => {
  const context = (name: string) => ({ service: { db: new Database(name), load: () => Promise.resolve(name) } });
  const first = context("first");
  const { facade, kept: { users, loaded } } = keep(first, ({ service }) => ({
    users: service.db.collection("user"),
    loaded: service.load(),
  }));
  const second = context("second");
  facade.moveTo(second);
  users.add("ann");
  assertEquals([first.service.db.rows, second.service.db.rows], [[], ["user ann"]]);
  assertEquals(await loaded, "first");
});

Deno.test("ContextFacade gives real objects once nobody borrows any more", () => {
  const real = new Database("real");
  const { kept: { db } } = keep({ db: real }, ({ db }) => ({ db }));
  assert(Database.isOne(db.collection("user").database));
  assertStrictEquals(db.add("a"), real);
});

Deno.test("ContextFacade.moveTo() refuses what was kept as undefined and is something now", () => {
  const { facade } = keep({ session: undefined, db: new Database("a") }, ({ db, session }) => [db, session]);
  facade.moveTo({ db: new Database("b"), session: undefined });
  const error = assertThrows(() => facade.moveTo({ db: new Database("c"), session: {} }), TypeError);
  assertEquals(
    error.message,
    "The constructor has kept `session`, which was not there at that time but is now: " +
      "read it from the context that the method is given",
  );
});

Deno.test("ContextFacade.moveTo() accepts what nobody has asked for", () => {
  const { facade, kept } = keep({ session: undefined }, (context) => context);
  facade.moveTo({ session: "s" });
  assertEquals(kept.session, "s");
});

Deno.test("ContextFacade throws at the use of what is gone", () => {
  const { facade, kept: session } = keep({ session: { end: () => {} } }, ({ session }) => session);
  facade.moveTo({ session: undefined });
  const error = assertThrows(() => session.end(), TypeError);
  assertEquals(error.message, "The constructor has kept `session`, which is not there in this method");
});

Deno.test("ContextFacade makes signals that the functions of the runtime take", async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { facade, kept: signal } = keep({ signal: first.signal }, ({ signal }) => signal as AbortSignal);
  assert(!signal.aborted);
  facade.moveTo({ signal: second.signal });
  const heard: string[] = [];
  signal.addEventListener("abort", () => heard.push("abort"));
  const any = AbortSignal.any([signal]);
  first.abort();
  assert(!signal.aborted && !any.aborted);
  second.abort(new Error("over"));
  assertEquals([signal.aborted, any.aborted, heard], [true, true, ["abort"]]);
  assertThrows(() => signal.throwIfAborted(), Error, "over");
  await fetch("data:,text", { signal }).then(() => assert(false), (error) => assertEquals(error.message, "over"));
});
