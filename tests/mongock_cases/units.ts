import type { ChangeUnitAttributes, ListedDefinition } from "../../mod.ts";
import type { Things } from "./bench.ts";

/** A method of a change unit. */
export type Method = "before" | "execution" | "rollback" | "rollback before";

/** What a change unit in a case says beside its order and id. */
export interface Said extends Omit<ChangeUnitAttributes, "id" | "order"> {
  /** Whether it has a before step. */
  readonly before?: boolean;
  /** Which of its methods do their work and then throw. */
  readonly fails?: readonly Method[];
  /** What its execution does after its work, instead of nothing. */
  readonly then?: (context: object) => unknown;
  /** What each of its methods does after its work, before it fails. */
  readonly after?: (method: Method) => Promise<void>;
}

/** What the change units of a case have called, `execution a` for example, in this order. */
export type Calls = string[];

/**
 * Makes change units on a things. The execution of `a` counts the key `a` up and its rollback takes that away; the before step
 * does the same with `before a`. Every call is noted.
 */
export function unitsOn(things: Things, calls: Calls = []): (order: string, id: string, said?: Said) => AnyUnit {
  return (
    order,
    id,
    { before = false, fails = [], then = () => {}, after = () => Promise.resolve(), ...attributes } = {},
  ) => {
    const method = (name: Method, work: (context: object) => Promise<void>) => async (context: object) => {
      calls.push(`${name} ${id}`);
      await work(context);
      await after(name);
      if (fails.includes(name)) throw new Error(`the ${name} of ${id} is broken`);
    };
    const pair = {
      beforeExecution: method("before", (context) => things.add(context, `before ${id}`)),
      rollbackBeforeExecution: method("rollback before", (context) => things.remove(context, `before ${id}`)),
    };
    return {
      ...attributes,
      id,
      order,
      execution: method("execution", async (context) => {
        await things.add(context, id);
        await then(context);
      }),
      rollbackExecution: method("rollback", (context) => things.remove(context, id)),
      ...(before ? pair : {}),
    };
  };
}

/** A change unit for any driver. */
export type AnyUnit = ListedDefinition<object>;
