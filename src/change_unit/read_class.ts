import { CLASS_ATTRIBUTES, findWrongValues, onlyDefined } from "./attributes.ts";
import type { ListedChange } from "./change_unit.ts";
import { ClassInstance } from "./class_instance.ts";
import { type ChangeUnitClass, declarationsOf, type DeclaredMethod, declaredMethods } from "./declarations.ts";
import { type DeclaredClass, namesOf } from "./declared_class.ts";
import { readChangeLog } from "./read_change_log.ts";
import { type ChangeUnitReading, findContradictions, findWrongShape, unitOf } from "./reading.ts";

/** The methods of a change unit by their decorators. */
const METHODS = {
  Execution: "execution",
  RollbackExecution: "rollbackExecution",
  BeforeExecution: "beforeExecution",
  RollbackBeforeExecution: "rollbackBeforeExecution",
} as const;

/** The decorators that methods can have, by the decorator above their class. */
const METHOD_DECORATORS: Readonly<Record<string, readonly string[]>> = {
  ChangeUnit: Object.keys(METHODS),
  ChangeLog: ["ChangeSet"],
};

/** Reads a class with `@ChangeUnit` or with `@ChangeLog`. */
export function readClass(
  definition: ChangeUnitClass,
  listed: ListedChange,
  defaultAuthor: string,
): ChangeUnitReading {
  const declarations = declarationsOf(definition);
  const methods = declaredMethods(definition.prototype);
  const form = declarations[0]?.decorator ?? guessForm(methods);
  const violations = [...findWrongDecorators(definition, form), ...findStrangers(methods, form)];
  if (declarations.length === 0 && methods.length === 0) return { violations };
  const declared: DeclaredClass = {
    attributes: onlyDefined(declarations[0]?.attributes ?? {}),
    methods,
    instance: new ClassInstance(definition),
  };
  const read = form === "ChangeLog" ? readChangeLog : readSingle;
  const reading = read(declared, listed, defaultAuthor);
  if (violations.length === 0) return reading;
  return { violations: [...violations, ..."violations" in reading ? reading.violations : []] };
}

function readSingle(declared: DeclaredClass, listed: ListedChange, defaultAuthor: string): ChangeUnitReading {
  const { attributes, methods, instance } = declared;
  const known = Object.entries(attributes).filter(([name]) => Object.hasOwn(CLASS_ATTRIBUTES, name));
  const said: Record<string, unknown> = Object.fromEntries(known);
  const several: string[] = [];
  for (const [decorator, name] of Object.entries(METHODS)) {
    const found = methods.filter(({ declarations }) => declarations.some((each) => each.decorator === decorator));
    const [first] = found;
    if (first !== undefined) said[name] = instance.method(first.name, decorator);
    if (found.length > 1) several.push(`\`@${decorator}\` stands above ${namesOf(found)}: keep one`);
  }
  const violations = [
    ...findWrongValues(attributes, CLASS_ATTRIBUTES, "`@ChangeUnit`"),
    ...several,
    ...findWrongShape(said, (method) => `\`@${method[0]?.toUpperCase()}${method.slice(1)}\``),
    ...findContradictions(said, listed),
  ];
  return violations.length > 0 ? { violations } : { unit: unitOf(said, listed, defaultAuthor) };
}

function guessForm(methods: readonly DeclaredMethod[]): string {
  const used = methods.flatMap(({ declarations }) => declarations.map(({ decorator }) => decorator));
  return used.includes("ChangeSet") ? "ChangeLog" : "ChangeUnit";
}

/** Finds a class without a decorator, or with several. */
function findWrongDecorators(definition: ChangeUnitClass, form: string): string[] {
  const name = definition.name === "" ? "The class" : `The class \`${definition.name}\``;
  const decorators = declarationsOf(definition).map(({ decorator }) => `\`@${decorator}\``);
  if (decorators.length === 1) return [];
  if (decorators.length > 1) return [`${name} has ${decorators.join(" and ")}: keep one`];
  const methods = declaredMethods(definition.prototype);
  if (methods.length > 0) return [`${name} has decorated methods (${namesOf(methods)}) but no \`@${form}\` above it`];
  return [
    `${name} has no decorators: write \`@ChangeUnit()\` above it, and \`@Execution\` and \`@RollbackExecution\` above its ` +
    "methods",
  ];
}

/** Finds methods with a decorator of another form, or with several. */
function findStrangers(methods: readonly DeclaredMethod[], form: string): string[] {
  return methods.flatMap(({ name, declarations }) => {
    const decorators = declarations.map(({ decorator }) => decorator);
    const written = decorators.map((decorator) => `\`@${decorator}\``);
    if (decorators.length > 1) return [`\`${String(name)}\` has ${written.join(" and ")}: keep one`];
    if (METHOD_DECORATORS[form]?.includes(decorators[0] ?? "")) return [];
    return [`\`${String(name)}\` has ${written[0]}, which does not belong into a class with \`@${form}\``];
  });
}
