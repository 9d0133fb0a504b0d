import type { Said } from "./attributes.ts";
import type { ChangeMethod, ListedChange, LoadedChangeUnit } from "./change_unit.ts";
import { compareOrders, ORDER_PATTERN } from "./order.ts";

/** A change unit, the several of a class with `@ChangeLog`, or everything that is wrong. */
export type ChangeUnitReading =
  | { readonly unit: LoadedChangeUnit }
  | {
    /** Change units of the deprecated form, which share a file. */
    readonly units: readonly LoadedChangeUnit[];
  }
  | { readonly violations: readonly string[] };

/** Finds what is missing and what does not go together; `written` says how a method is written in the form at hand. */
export function findWrongShape(said: Said, written: (method: string) => string): string[] {
  const violations: string[] = [];
  if (!("execution" in said)) violations.push(`${written("execution")} is missing`);
  if (!("rollbackExecution" in said) && !("irreversible" in said)) {
    const missing = written("rollbackExecution");
    violations.push(`${missing} is missing: add it, or say why there is none with \`irreversible: "…"\``);
  }
  if ("rollbackExecution" in said && "irreversible" in said) {
    violations.push(`\`irreversible\` contradicts ${written("rollbackExecution")}: keep one`);
  }
  if ("beforeExecution" in said && !("rollbackBeforeExecution" in said)) {
    violations.push(`${written("rollbackBeforeExecution")} is missing: a before step must have it`);
  }
  if ("rollbackBeforeExecution" in said && !("beforeExecution" in said)) {
    violations.push(`${written("rollbackBeforeExecution")} has no ${written("beforeExecution")} to undo`);
  }
  if (said.runAlways === true && said.runOnChange === true) {
    violations.push("`runAlways` includes `runOnChange`: keep one");
  }
  return violations;
}

/** Finds where the id and the order that a change unit says are not those of its file. */
export function findContradictions(said: Said, listed: ListedChange): string[] {
  const violations: string[] = [];
  if (typeof said.id === "string" && said.id !== listed.id) {
    violations.push(`\`id\` is "${said.id}" but the file name says "${listed.id}"`);
  }
  if (
    typeof said.order === "string" && ORDER_PATTERN.test(said.order) && compareOrders(said.order, listed.order) !== 0
  ) {
    violations.push(`\`order\` is "${said.order}" but the file name says "${listed.order}"`);
  }
  return violations;
}

/** Fills in the defaults. The types hold because nothing wrong was found. */
export function unitOf(said: Said, listed: ListedChange, defaultAuthor: string): LoadedChangeUnit {
  const method = (name: string) => (said[name] ?? null) as ChangeMethod<object> | null;
  return {
    id: listed.id,
    order: listed.order,
    file: listed.file,
    checksum: listed.checksum,
    author: (said.author ?? defaultAuthor) as string,
    description: (said.description ?? null) as string | null,
    runAlways: said.runAlways === true,
    runOnChange: said.runOnChange === true,
    systemVersion: (said.systemVersion ?? "0") as string,
    transactional: (said.transactional ?? null) as boolean | null,
    failFast: said.failFast !== false,
    profiles: (said.profiles ?? []) as readonly string[],
    outOfOrder: said.outOfOrder === true,
    timeoutMs: (said.timeoutMs ?? null) as number | null,
    irreversible: (said.irreversible ?? null) as string | null,
    execution: said.execution as ChangeMethod<object>,
    rollbackExecution: method("rollbackExecution"),
    beforeExecution: method("beforeExecution"),
    rollbackBeforeExecution: method("rollbackBeforeExecution"),
  };
}
