import { assert, assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import * as mongodb from "mongodb";
import { type BoundClass, METHOD_TABLE, type Rule } from "../../../src/drivers/mongodb/method_table.ts";
import { RefusedInTransactionError } from "../../../src/drivers/mongodb/refused_in_transaction_error.ts";
import { mongodbTest } from "../../mongodb_server.ts";
import { ARGUMENTS, INSTANCES, ITERATION_ARGUMENTS, OUTSIDE_INSTANCES, useUp } from "./client_samples.ts";
import { outsideOf, TransactionFixture } from "./transaction_fixture.ts";

const CLASSES = Object.keys(METHOD_TABLE) as BoundClass[];
const IN_TRANSACTION = CLASSES.filter((boundClass) => boundClass in INSTANCES);

/** The members that an object has from its classes, without those of every event emitter or object. */
function inheritedMembersOf(instance: object): (string | symbol)[] {
  const members = new Set<string | symbol>();
  let prototype: object | null = Object.getPrototypeOf(instance);
  while (prototype !== null && prototype !== EventEmitter.prototype && prototype !== Object.prototype) {
    for (const name of Reflect.ownKeys(prototype)) members.add(name);
    prototype = Object.getPrototypeOf(prototype);
  }
  members.delete("constructor");
  return [...members];
}

function instanceOf(boundClass: BoundClass, db: mongodb.Db): object {
  const instance = (INSTANCES[boundClass] ?? OUTSIDE_INSTANCES[boundClass])?.(db, {});
  assert(instance !== undefined, `client_samples.ts has no instance of ${boundClass}`);
  assertEquals(instance.constructor.name, boundClass);
  return instance;
}

function rulesOf(boundClass: BoundClass, filter: (rule: Rule) => boolean): [string | symbol, Rule][] {
  const rules = METHOD_TABLE[boundClass];
  return Reflect.ownKeys(rules).map((name) => [name, rules[name]!] as [string | symbol, Rule])
    .filter(([, rule]) => filter(rule));
}

function argumentsFor(boundClass: BoundClass, name: string | symbol): unknown[] {
  const sample = ARGUMENTS[boundClass]?.[name];
  assert(sample !== undefined, `client_samples.ts has no arguments for ${boundClass}.${String(name)}`);
  return sample();
}

function call(target: object, name: string | symbol, args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(target, name) as (...args: unknown[]) => unknown, target, args);
}

async function errorOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

mongodbTest("METHOD_TABLE has every member of every class of the client that is bound", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  for (const boundClass of CLASSES) {
    const members = inheritedMembersOf(instanceOf(boundClass, fixture.db));
    const missing = members.filter((name) => !Object.hasOwn(METHOD_TABLE[boundClass], name));
    assertEquals(
      missing,
      [],
      `${boundClass}: decide what these members do in a transaction, and add them to the table`,
    );
  }
});

mongodbTest("METHOD_TABLE has no member that the client does not have", async (server) => {
  await using fixture = await TransactionFixture.open(server);
  for (const boundClass of CLASSES) {
    const instance = instanceOf(boundClass, fixture.db);
    const unknown = Reflect.ownKeys(METHOD_TABLE[boundClass]).filter((name) => !(name in instance));
    assertEquals(unknown, [], `${boundClass}: remove these members from the table`);
  }
});

mongodbTest("METHOD_TABLE says for every operation where the session goes", async (server, context) => {
  await using fixture = await TransactionFixture.open(server);
  for (const boundClass of IN_TRANSACTION) {
    const sending = (rule: Rule) => ["operation", "factory", "iteration"].includes(rule.kind) && !rule.refused;
    for (const [name, rule] of rulesOf(boundClass, sending)) {
      if (boundClass === "RunCommandCursor" && name === "clone") continue; // the client has none
      await context.step(`${boundClass}.${String(name)}`, async () => {
        await fixture.inTransaction(async (db, _bound, session) => {
          const instance = INSTANCES[boundClass]!(db, {});
          const args = rule.kind === "iteration"
            ? ITERATION_ARGUMENTS[String(name)]?.() ?? []
            : argumentsFor(boundClass, name);
          await useUp(call(instance, name, args));
          assertEquals(outsideOf(session, fixture.sent), []);
          const silent = rule.returns && !rule.returns.endsWith("Cursor") && !rule.returns.endsWith("BulkOperation");
          const closing = name === "close" || name === Symbol.asyncDispose;
          assertEquals(fixture.sent.length > 0, !silent && !closing, "whether something was sent");
        });
      });
    }
  }
});

mongodbTest("METHOD_TABLE refuses in a transaction without sending anything", async (server, context) => {
  await using fixture = await TransactionFixture.open(server);
  for (const boundClass of IN_TRANSACTION) {
    for (const [name, rule] of rulesOf(boundClass, (rule) => rule.refused !== undefined)) {
      await context.step(`${boundClass}.${String(name)}`, async () => {
        await fixture.inTransaction(async (db) => {
          const instance = INSTANCES[boundClass]!(db, {});
          const error = await errorOf(() => {
            if (rule.kind === "property") return Reflect.get(instance, name);
            return call(instance, name, ARGUMENTS[boundClass]?.[name]?.() ?? []);
          });
          assert(error instanceof RefusedInTransactionError, `not refused: ${error}`);
          assertEquals(error.code, "REFUSED_IN_TRANSACTION");
          assert(error.operation.toLowerCase().endsWith(`.${String(name).toLowerCase()}`));
          assert(
            /^Cannot use [a-z]\w+\.\w+( on ".+")? in a transaction: .+; .*[^.]$/.test(error.message),
            error.message,
          );
          assertEquals(fixture.sent, []);
          await db.collection("people").insertOne({ age: 7 }); // the transaction goes on
        });
      });
    }
  }
});

mongodbTest("METHOD_TABLE refuses what the server refuses, with the same code", async (server, context) => {
  await using fixture = await TransactionFixture.open(server);
  for (const boundClass of IN_TRANSACTION) {
    for (const [name, rule] of rulesOf(boundClass, (rule) => rule.refused?.code !== undefined)) {
      await context.step(`${boundClass}.${String(name)}`, async () => {
        await fixture.inRawTransaction(async (session) => {
          await fixture.db.collection("people").findOne({}, { session });
          const args = argumentsFor(boundClass, name);
          if (rule.options !== undefined) args[rule.options] = { session };
          const instance = INSTANCES[boundClass]!(fixture.db, { session });
          const error = await errorOf(() => useUp(call(instance, name, args)));
          assert(error instanceof mongodb.MongoServerError, `the server has not refused: ${error}`);
          assertEquals(error.code, rule.refused?.code, error.message);
        });
      });
    }
  }
});
