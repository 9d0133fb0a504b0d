import { nearest } from "./nearest.ts";
import { ORDER_PATTERN } from "./order.ts";

/** What the value of an attribute must be. */
export interface Attribute {
  /** Whether a value will do. */
  readonly accepts: (value: unknown) => boolean;
  /** The same in words. */
  readonly expected: string;
}

const TEXT: Attribute = {
  accepts: (value) => typeof value === "string" && value.trim() !== "",
  expected: "a text that is not empty",
};
const ORDER: Attribute = {
  accepts: (value) => typeof value === "string" && ORDER_PATTERN.test(value),
  expected: "digits, or digits with dots, as a text",
};
const TRUTH: Attribute = { accepts: (value) => typeof value === "boolean", expected: "true or false" };
const MILLISECONDS: Attribute = {
  accepts: (value) => Number.isSafeInteger(value) && Number(value) > 0,
  expected: "a whole number of milliseconds above zero",
};
const METHOD: Attribute = { accepts: (value) => typeof value === "function", expected: "a function" };

const isProfile = (value: unknown) => typeof value === "string" && /^!?[^!\s]+$/.test(value);

/** What a change unit says of itself, in whichever form, as long as nobody knows whether that is right. */
export type Said = Readonly<Record<string, unknown>>;

/** The attributes that a form has. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** What a class with `@ChangeLog` can say. */
export const CHANGE_LOG_ATTRIBUTES: Attributes = { order: ORDER, author: TEXT };

/** What a change set can say. */
export const CHANGE_SET_ATTRIBUTES: Attributes = {
  id: TEXT,
  order: ORDER,
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
  timeoutMs: MILLISECONDS,
};

/** What a class with `@ChangeUnit` can say. */
export const CLASS_ATTRIBUTES: Attributes = { ...CHANGE_SET_ATTRIBUTES, irreversible: TEXT };

/** What an object, or a module, can say; its methods are among that. */
export const DEFINITION_ATTRIBUTES: Attributes = {
  ...CLASS_ATTRIBUTES,
  execution: METHOD,
  rollbackExecution: METHOD,
  beforeExecution: METHOD,
  rollbackBeforeExecution: METHOD,
};

/** Finds attributes that the owner does not have, and values that are not what they must be. */
export function findWrongValues(said: Said, attributes: Attributes, owner: string): string[] {
  return Object.entries(said).flatMap(([name, value]) => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (attribute === undefined) {
      const suggestion = nearest(name, Object.keys(attributes));
      return [`\`${name}\` is nothing ${owner} has${suggestion ? `: did you mean \`${suggestion}\`` : ""}`];
    }
    if (attribute.accepts(value)) return [];
    return [`\`${name}\` must be ${attribute.expected}: it is ${describe(value)}`];
  });
}

/** What is said, without what is said to be undefined. */
export function onlyDefined(said: object): Said {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function describe(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "function" ? "a function" : `of type ${typeof value}`;
}
