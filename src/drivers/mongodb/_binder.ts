import type { AbstractCursor, ClientSession } from "mongodb";
import type { Calls } from "./_calls.ts";
import { CursorIteration } from "./_cursor_iteration.ts";
import type { BoundClass, Refusal, Rule } from "./_rules.ts";
import { ruleFor } from "./method_table.ts";
import { RefusedInTransactionError } from "./refused_in_transaction_error.ts";
import {
  optionsWithSession,
  refusalOfCommand,
  refusalOfNamespace,
  refusalOfOptions,
  refusalOfPipeline,
} from "./transaction_limits.ts";

/** A method of the client, of which nothing is known but what the table says. */
type Method = (...args: unknown[]) => unknown;

/** One member of one bound object. */
interface Member {
  readonly target: object;
  readonly boundClass: BoundClass;
  readonly name: string | symbol;
  readonly rule: Rule;
}

const BEFORE_STEP = "use the before step (beforeExecution) or transactional: false";

const UNKNOWN: Refusal = { why: "Denock does not know this member of the client, so not what it would send" };

/** Puts bound objects before the objects of the client, as the method table says. */
export class Binder {
  readonly #calls: Calls;
  readonly #session: ClientSession | undefined;
  readonly #bound = new WeakMap<object, object>();

  constructor(calls: Calls, session: ClientSession | undefined) {
    this.#calls = calls;
    this.#session = session;
  }

  /** The bound object for an object of the client; always the same one. */
  bind<T extends object>(target: T, boundClass: BoundClass): T {
    const known = this.#bound.get(target);
    if (known !== undefined) return known as T;
    const iteration = boundClass.endsWith("Cursor") ? this.#iterationOf(target, boundClass) : undefined;
    const bound = new Proxy(target, {
      get: (_, name) => this.#get(target, boundClass, name, iteration),
      set: (_, name, value) => this.#set(target, boundClass, name, value),
    });
    this.#bound.set(target, bound);
    return bound;
  }

  #get(target: object, boundClass: BoundClass, name: string | symbol, iteration: CursorIteration | undefined): unknown {
    const value: unknown = Reflect.get(target, name, target); // the target as this: its private members need it
    const rule = ruleFor(boundClass, name) ?? ruleForUnknown(name, value);
    const member = { target, boundClass, name, rule };
    if (rule.kind === "property") {
      if (rule.refused !== undefined) this.#refuse(member, rule.refused);
      return this.#boundForm(value);
    }
    if (typeof value !== "function") return value; // this version of the client does not have the method
    if (rule.kind === "iteration") return this.#iterationMethod(iteration, name);
    return rule.kind === "operation" ? this.#operation(member, value as Method) : this.#local(member, value as Method);
  }

  #set(target: object, boundClass: BoundClass, name: string | symbol, value: unknown): boolean {
    const rule = ruleFor(boundClass, name);
    if (rule?.assignable !== true) {
      const refused = { why: "it is not a property to assign", instead: "leave it as it is" };
      this.#refuse({ target, boundClass, name, rule: rule ?? { kind: "property" } }, refused);
    }
    return Reflect.set(target, name, value, target);
  }

  /** A method that sends: every problem rejects, and the call takes its place in the queue at once. */
  #operation(member: Member, method: Method): Method {
    return async (...args) => {
      const prepared = this.#prepared(member, args);
      const result = await this.#calls.send(async () => await Reflect.apply(method, member.target, prepared));
      return this.#boundResult(member, result);
    };
  }

  /** A method that sends nothing: every problem is thrown at once. */
  #local(member: Member, method: Method): Method {
    const { kind, returns, options } = member.rule;
    return (...args) => {
      const prepared = this.#prepared(member, args);
      if (kind === "factory" && returns === undefined) this.#calls.admit(); // what it makes is not guarded later
      const result: unknown = Reflect.apply(method, member.target, prepared);
      if (returns?.endsWith("Cursor") && options === undefined) this.#carrySession(member, result);
      return this.#boundResult(member, result);
    };
  }

  /** The arguments with the session, after everything that a transaction cannot do has been refused. */
  #prepared(member: Member, args: readonly unknown[]): unknown[] {
    if (this.#session === undefined) return [...args];
    const refusal = member.rule.refused ?? this.#refusalOfArguments(member, args);
    if (refusal !== undefined) this.#refuse(member, refusal);
    const position = member.rule.options;
    if (position === undefined) return [...args];
    const prepared = Array.from({ length: Math.max(args.length, position + 1) }, (_, index) => args[index]);
    prepared[position] = optionsWithSession(args[position], this.#session);
    return prepared;
  }

  #refusalOfArguments({ target, rule }: Member, args: readonly unknown[]): Refusal | undefined {
    const [first, second] = args;
    const options = (value: unknown) => refusalOfOptions(value, this.#session);
    switch (rule.check) {
      case "command":
        return refusalOfCommand(first, databaseOf(target)) ?? options(second);
      case "stage":
        return refusalOfPipeline([first]);
      case "readConcern":
        return options({ readConcern: first });
      case "readPreference":
        return options({ readPreference: first });
      case "cursorFlag":
        return options({ [String(first)]: second });
      case "queryModifier":
        return options({ [String(first).slice(1)]: second });
    }
    if (rule.options === undefined) return undefined;
    const stages = rule.check === "pipeline" ? refusalOfPipeline(first) : undefined;
    return stages ??
      refusalOfNamespace(databaseOf(target), Reflect.get(target, "collectionName"), rule.writes === true) ??
      options(args[rule.options]);
  }

  /** Throws in a transaction; outside of one nothing is refused. */
  #refuse({ target, boundClass, name }: Member, { why, instead = BEFORE_STEP }: Refusal): void {
    if (this.#session === undefined) return;
    const owner = boundClass.charAt(0).toLowerCase() + boundClass.slice(1);
    const operation = `${owner}.${String(name)}`;
    const namespace = String(Reflect.get(target, "namespace") ?? "");
    const on = namespace === "" ? "" : ` on "${namespace}"`;
    throw new RefusedInTransactionError(operation, `Cannot use ${operation}${on} in a transaction: ${why}; ${instead}`);
  }

  #iterationOf(target: object, boundClass: BoundClass): CursorIteration {
    const member = { target, boundClass, name: "next", rule: { kind: "iteration" } } satisfies Member;
    return new CursorIteration(target as AbstractCursor, this.#calls, () => {
      if (this.#session === undefined) return;
      const refusal = refusalOfPipeline(Reflect.get(target, "pipeline"));
      if (refusal !== undefined) this.#refuse(member, refusal);
    });
  }

  #iterationMethod(iteration: CursorIteration | undefined, name: string | symbol): Method {
    const method = Reflect.get(iteration ?? {}, name) as Method;
    return (...args) => this.#boundForm(Reflect.apply(method, iteration, args));
  }

  /** The client leaves the session out of a cloned cursor. */
  #carrySession(member: Member, cursor: unknown): void {
    if (this.#session === undefined || typeof cursor !== "object" || cursor === null) return;
    Reflect.set(cursor, "session", this.#session, cursor);
    if (Reflect.get(cursor, "session", cursor) !== this.#session) {
      this.#refuse(member, { why: "the client did not take over the session", instead: "make a new cursor" });
    }
  }

  #boundResult({ rule }: Member, result: unknown): unknown {
    const { returns } = rule;
    if (returns === undefined || typeof result !== "object" || result === null) return this.#boundForm(result);
    return Array.isArray(result) ? result.map((item: object) => this.bind(item, returns)) : this.bind(result, returns);
  }

  /** What stands for a value of the client outside: the bound object if it has one, such as for `this`. */
  #boundForm(value: unknown): unknown {
    return typeof value === "object" && value !== null ? this.#bound.get(value) ?? value : value;
  }
}

/** Members that the table does not have: harmless ones of every object pass, others are refused in a transaction. */
function ruleForUnknown(name: string | symbol, value: unknown): Rule {
  if (value === undefined || name in Object.prototype) return { kind: "property" };
  if (typeof value === "function") return { kind: "factory", refused: UNKNOWN };
  return typeof name === "symbol" ? { kind: "property" } : { kind: "property", refused: UNKNOWN };
}

/** The name of the database of a `Db` or a `Collection`. */
function databaseOf(target: object): string {
  return String(Reflect.get(target, "databaseName") ?? Reflect.get(target, "dbName") ?? "");
}
