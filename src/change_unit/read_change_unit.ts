import { DEFINITION_ATTRIBUTES, findWrongValues, onlyDefined } from "./attributes.ts";
import type { ListedChange } from "./change_unit.ts";
import { declarationsOf, isClass } from "./declarations.ts";
import { readClass } from "./read_class.ts";
import { type ChangeUnitReading, findContradictions, findWrongShape, unitOf } from "./reading.ts";

export type { ChangeUnitReading } from "./reading.ts";

/**
 * Reads the module of a change unit, in any form: named exports, or a default export of `defineChangeUnit({…})` or of a class.
 * Collects every violation, so that a file is mended in one go.
 */
export function readModule(
  module: Readonly<Record<string, unknown>>,
  listed: ListedChange,
  defaultAuthor: string,
): ChangeUnitReading {
  if (!("default" in module)) {
    const classes = Object.keys(module).filter((name) => declarationsOf(module[name]).length > 0);
    if (classes.length === 0) return readDefinition(module, listed, defaultAuthor);
    return { violations: classes.map((name) => `\`${name}\` must be the default export: \`export default class …\``) };
  }
  const beside = Object.keys(module).filter((name) => Object.hasOwn(DEFINITION_ATTRIBUTES, name));
  if (beside.length > 0) {
    return { violations: [`It has a default export and \`${beside.join("`, `")}\` beside it: use one form`] };
  }
  return readDefinition(module.default, listed, defaultAuthor);
}

/** Reads a change unit written as one object or as one class. */
export function readDefinition(definition: unknown, listed: ListedChange, defaultAuthor: string): ChangeUnitReading {
  if (isClass(definition)) return readClass(definition, listed, defaultAuthor);
  if (typeof definition !== "object" || definition === null) {
    return {
      violations: [
        "Its default export must be an object or a class: " +
        "`export default defineChangeUnit({…})` or `@ChangeUnit() export default class …`",
      ],
    };
  }
  const said = onlyDefined(definition);
  const violations = [
    ...findWrongValues(said, DEFINITION_ATTRIBUTES, "a change unit"),
    ...findWrongShape(said, (method) => `\`${method}\``),
    ...findContradictions(said, listed),
  ];
  return violations.length > 0 ? { violations } : { unit: unitOf(said, listed, defaultAuthor) };
}
