import { CHANGE_LOG_ATTRIBUTES, CHANGE_SET_ATTRIBUTES, findWrongValues, onlyDefined, type Said } from "./attributes.ts";
import type { ListedChange, LoadedChangeUnit } from "./change_unit.ts";
import { type DeclaredClass, namesOf } from "./declared_class.ts";
import { compareOrders } from "./order.ts";
import { type ChangeUnitReading, findContradictions, findWrongShape, unitOf } from "./reading.ts";

/** A method with `@ChangeSet`, and what that says. */
interface ChangeSetMethod {
  readonly name: PropertyKey;
  readonly said: Said;
}

/** Why no change set can be rolled back. */
const IRREVERSIBLE = "it is a change set of a class with `@ChangeLog`, a deprecated form without rollback methods";

/** Reads a class with `@ChangeLog`: each method with `@ChangeSet` is a change unit, with an order below that of the class. */
export function readChangeLog(declared: DeclaredClass, listed: ListedChange, defaultAuthor: string): ChangeUnitReading {
  const { attributes, methods, instance } = declared;
  const sets = methods.flatMap(({ name, declarations }): ChangeSetMethod[] => {
    const set = declarations.find(({ decorator }) => decorator === "ChangeSet");
    return set === undefined ? [] : [{ name, said: onlyDefined(set.attributes) }];
  });
  const violations = [
    ...findWrongValues(attributes, CHANGE_LOG_ATTRIBUTES, "`@ChangeLog`"),
    ...findContradictions({ order: attributes.order }, listed),
    ...(sets.length === 0 ? ["It has no method with `@ChangeSet`"] : []),
    ...sets.flatMap(findWrongSet),
    ...findSame(sets, "id", (left, right) => left === right),
    ...findSame(sets, "order", (left, right) => compareOrders(left, right) === 0),
  ];
  if (violations.length > 0) return { violations };
  const inOrder = sets.toSorted((left, right) => compareOrders(String(left.said.order), String(right.said.order)));
  const units = inOrder.map(({ name, said }, index): LoadedChangeUnit => {
    const execution = instance.method(name, "ChangeSet");
    const place = { ...listed, id: String(said.id), order: `${listed.order}.${index + 1}` };
    const author = said.author ?? attributes.author;
    return unitOf({ ...said, author, irreversible: IRREVERSIBLE, execution }, place, defaultAuthor);
  });
  return { units };
}

function findWrongSet({ name, said }: ChangeSetMethod): string[] {
  const missing = ["id", "order"].filter((attribute) => !(attribute in said));
  return [
    ...findWrongValues(said, CHANGE_SET_ATTRIBUTES, "`@ChangeSet`"),
    ...missing.map((attribute) => `\`${attribute}\` is missing`),
    ...findWrongShape({ ...said, execution: name, irreversible: IRREVERSIBLE }, String),
  ].map((violation) => `\`${String(name)}\`: ${violation}`);
}

/** Finds change sets that say the same where they must differ. What is not as it must be is reported elsewhere. */
function findSame(
  sets: readonly ChangeSetMethod[],
  attribute: "id" | "order",
  isSame: (left: string, right: string) => boolean,
): string[] {
  const { accepts } = CHANGE_SET_ATTRIBUTES[attribute] ?? {};
  const rest = sets.filter(({ said }) => accepts?.(said[attribute]));
  const violations: string[] = [];
  for (let first = rest.shift(); first !== undefined; first = rest.shift()) {
    const value = String(first.said[attribute]);
    const same = rest.filter(({ said }) => isSame(String(said[attribute]), value));
    if (same.length === 0) continue;
    violations.push(`${namesOf([first, ...same])} have the same \`${attribute}\`, "${value}": give each another`);
    for (const each of same) rest.splice(rest.indexOf(each), 1);
  }
  return violations;
}
