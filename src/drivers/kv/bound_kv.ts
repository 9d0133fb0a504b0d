import type { Guard } from "../../driver.ts";
import { MigrationError } from "../../errors.ts";

/** Members that belong to whoever has opened the database. */
const OWNERS_ONLY: readonly PropertyKey[] = ["close", Symbol.dispose];

/** What a change unit may call in its transaction; everything else writes, stays open, or is not known yet. */
const READS: readonly PropertyKey[] = ["get", "getMany", "list", "commitVersionstamp"];

/** The user's database with a guard in front of every use. */
export function bindKv(kv: Deno.Kv, guard: Guard): Deno.Kv {
  return guarded(kv, (name) => {
    refuseOwners(name);
    guard();
  }, guard);
}

/** The same for a transaction: what would be written at once is refused, because it could not be taken back. */
export function bindKvReadOnly(kv: Deno.Kv, guard: Guard): Deno.Kv {
  return guarded(kv, (name) => {
    refuseOwners(name);
    guard();
    if (READS.includes(name)) return;
    throw new MigrationError(
      "REFUSED_IN_TRANSACTION",
      `kv.${
        String(name)
      }() cannot be part of a transaction: use \`atomic\` of the context, which is committed with the ` +
        "entry in the history, or say `transactional: false`",
    );
  }, guard);
}

function refuseOwners(name: PropertyKey): void {
  if (!OWNERS_ONLY.includes(name)) return;
  throw new TypeError(`A change unit cannot call ${String(name)}() of the database: it belongs to the caller`);
}

/** Calls go to the target itself, whose private parts a proxy does not have. */
function guarded<Target extends object>(target: Target, check: (name: PropertyKey) => void, guard: Guard): Target {
  const proxy = new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || name === "constructor") return member;
      return (...parameters: unknown[]) => {
        check(name);
        const result: unknown = Reflect.apply(member, target, parameters);
        if (result === target) return proxy;
        return isStepwise(result) ? guarded(result, guard, guard) : result;
      };
    },
  });
  return proxy;
}

/** An operation that is built step by step, or a list that is read step by step. */
function isStepwise(value: unknown): value is object {
  return typeof value === "object" && value !== null && ("commit" in value || "cursor" in value);
}
