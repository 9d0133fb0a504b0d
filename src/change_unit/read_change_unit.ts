import type { ChangeMethod, ChangeUnit, ListedChange } from "./change_unit.ts";
import { compareOrders, ORDER_PATTERN } from "./order.ts";
import { nearest } from "./nearest.ts";

/** A change unit, or everything that is wrong with it. */
export type ChangeUnitReading =
  | { readonly unit: ChangeUnit }
  | { readonly violations: readonly string[] };

interface Attribute {
  readonly accepts: (value: unknown) => boolean;
  readonly expected: string;
}

const TEXT: Attribute = {
  accepts: (value) => typeof value === "string" && value.trim() !== "",
  expected: "a text that is not empty",
};
const TRUTH: Attribute = { accepts: (value) => typeof value === "boolean", expected: "true or false" };
const METHOD: Attribute = { accepts: (value) => typeof value === "function", expected: "a function" };

const isProfile = (value: unknown) => typeof value === "string" && /^!?[^!\s]+$/.test(value);

/** Everything a change unit may say, with what its value must be. */
const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  id: TEXT,
  order: {
    accepts: (value) => typeof value === "string" && ORDER_PATTERN.test(value),
    expected: "digits, or digits with dots, as a text",
  },
  author: TEXT,
  description: TEXT,
  runAlways: TRUTH,
  runOnChange: TRUTH,
  systemVersion: TEXT,
  transactional: TRUTH,
  failFast: TRUTH,
  profiles: {
    accepts: (value) => Array.isArray(value) && value.every(isProfile),
    expected: "a list of profile names",
  },
  outOfOrder: TRUTH,
  irreversible: TEXT,
  execution: METHOD,
  rollbackExecution: METHOD,
  beforeExecution: METHOD,
  rollbackBeforeExecution: METHOD,
};

/**
 * Reads the module of a change unit, in either form: named exports, or `export default defineChangeUnit({…})`. Collects
 * every violation, so that a file is mended in one go.
 */
export function readModule(
  module: Readonly<Record<string, unknown>>,
  listed: ListedChange,
  defaultAuthor: string,
): ChangeUnitReading {
  if (!("default" in module)) return readDefinition(module, listed, defaultAuthor);
  const beside = Object.keys(module).filter((name) => Object.hasOwn(ATTRIBUTES, name));
  if (beside.length > 0) {
    return { violations: [`It has a default export and \`${beside.join("`, `")}\` beside it: use one form`] };
  }
  return readDefinition(module.default, listed, defaultAuthor);
}

/** Reads a change unit written as one object. */
export function readDefinition(definition: unknown, listed: ListedChange, defaultAuthor: string): ChangeUnitReading {
  if (typeof definition !== "object" || definition === null) {
    return { violations: ["Its default export must be an object: `export default defineChangeUnit({…})`"] };
  }
  const said = Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== undefined));
  const violations = [...wrongValues(said), ...wrongShape(said), ...contradictions(said, listed)];
  if (violations.length > 0) return { violations };
  return { unit: unitOf(said, listed, defaultAuthor) };
}

function wrongValues(said: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(said).flatMap(([name, value]) => {
    const attribute = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (attribute === undefined) {
      const suggestion = nearest(name, Object.keys(ATTRIBUTES));
      return [`\`${name}\` is nothing a change unit has${suggestion ? `: did you mean \`${suggestion}\`` : ""}`];
    }
    if (attribute.accepts(value)) return [];
    return [`\`${name}\` must be ${attribute.expected}: it is ${describe(value)}`];
  });
}

function wrongShape(said: Readonly<Record<string, unknown>>): string[] {
  const violations: string[] = [];
  if (!("execution" in said)) violations.push("`execution` is missing");
  if (!("rollbackExecution" in said) && !("irreversible" in said)) {
    violations.push('`rollbackExecution` is missing: add it, or say why there is none with `irreversible: "…"`');
  }
  if ("rollbackExecution" in said && "irreversible" in said) {
    violations.push("`irreversible` contradicts `rollbackExecution`: keep one");
  }
  if ("beforeExecution" in said && !("rollbackBeforeExecution" in said)) {
    violations.push("`rollbackBeforeExecution` is missing: a before step must have it");
  }
  if ("rollbackBeforeExecution" in said && !("beforeExecution" in said)) {
    violations.push("`rollbackBeforeExecution` has no `beforeExecution` to undo");
  }
  if (said.runAlways === true && said.runOnChange === true) {
    violations.push("`runAlways` includes `runOnChange`: keep one");
  }
  return violations;
}

function contradictions(said: Readonly<Record<string, unknown>>, listed: ListedChange): string[] {
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

/** The types hold because `wrongValues` has found nothing. */
function unitOf(said: Readonly<Record<string, unknown>>, listed: ListedChange, defaultAuthor: string): ChangeUnit {
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
    transactional: said.transactional !== false,
    failFast: said.failFast !== false,
    profiles: (said.profiles ?? []) as readonly string[],
    outOfOrder: said.outOfOrder === true,
    irreversible: (said.irreversible ?? null) as string | null,
    execution: said.execution as ChangeMethod<object>,
    rollbackExecution: method("rollbackExecution"),
    beforeExecution: method("beforeExecution"),
    rollbackBeforeExecution: method("rollbackBeforeExecution"),
  };
}

function describe(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "function" ? "a function" : `of type ${typeof value}`;
}
