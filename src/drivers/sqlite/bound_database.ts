import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Guard } from "../../driver.ts";
import { MigrationError } from "../../errors.ts";

/** Members that belong to whoever owns the connection. */
const OWNERS_ONLY: readonly PropertyKey[] = ["close", "open", "setAuthorizer", Symbol.dispose];

/** The user's database with a guard in front of every use. */
export function bindDatabase(database: DatabaseSync, guard: Guard): DatabaseSync {
  return guarded(database, guard, {
    call: (name, call) => {
      if (OWNERS_ONLY.includes(name)) {
        throw new TypeError(`A change unit cannot call ${String(name)}() of the database: it belongs to the caller`);
      }
      return explainRefusal(call);
    },
    result: (value) => isStatement(value) ? bindStatement(value, guard) : value,
  });
}

function bindStatement(statement: StatementSync, guard: Guard): StatementSync {
  return guarded(statement, guard, { call: (_, call) => call(), result: (value) => value });
}

function isStatement(value: unknown): value is StatementSync {
  return typeof value === "object" && value !== null && "expandedSQL" in value && "iterate" in value;
}

function explainRefusal(call: () => unknown): unknown {
  try {
    return call();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.message !== "not authorized") throw cause;
    throw new MigrationError(
      "REFUSED_IN_TRANSACTION",
      "A change unit cannot begin or end a transaction inside of its own: leave BEGIN, COMMIT and ROLLBACK away, " +
        "or say `transactional: false`",
      { cause },
    );
  }
}

interface Binding {
  readonly call: (name: PropertyKey, call: () => unknown) => unknown;
  readonly result: (value: unknown) => unknown;
}

/** Calls go to the target itself, whose private parts a proxy does not have. */
function guarded<Target extends object>(target: Target, guard: Guard, binding: Binding): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || name === "constructor") return member;
      return (...parameters: unknown[]) => {
        guard();
        return binding.result(binding.call(name, () => Reflect.apply(member, target, parameters)));
      };
    },
  });
}
