/** One decorator and what it was given. */
export interface Declaration {
  /** The name of the decorator, for example `Execution`. */
  readonly decorator: string;
  /** Its attributes; nothing where it takes none. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A class with a constructor that takes the context, or nothing. */
export type ChangeUnitClass = new (context: never) => object;

/** A method of a class, and its decorators. */
export interface DeclaredMethod {
  /** Its name. */
  readonly name: PropertyKey;
  /** Its decorators, the one next to it first. */
  readonly declarations: readonly Declaration[];
}

/** A symbol that all copies of this module share: change units and the runner may come from two versions of the package. */
const DECLARATIONS = Symbol.for("denock.declarations");

/** Notes down what a decorator says of a class or of a method. */
export function noteDeclaration(target: object, declaration: Declaration): void {
  const value = [...declarationsOf(target), declaration];
  Object.defineProperty(target, DECLARATIONS, { value, configurable: true });
}

/** What decorators have said of a class or of a method itself; a subclass does not inherit that. */
export function declarationsOf(target: unknown): readonly Declaration[] {
  if (typeof target !== "function" || !Object.hasOwn(target, DECLARATIONS)) return [];
  return Reflect.get(target, DECLARATIONS);
}

/**
 * The decorated methods of objects with a prototype, inherited ones included. A method that overrides a decorated one without
 * a decorator of its own takes over its decorators.
 */
export function declaredMethods(prototype: object): readonly DeclaredMethod[] {
  const methods = new Map<PropertyKey, readonly Declaration[]>();
  for (let owner: object | null = prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    for (const name of Reflect.ownKeys(owner)) {
      if (name === "constructor") continue; // the class itself
      const declarations = declarationsOf(Object.getOwnPropertyDescriptor(owner, name)?.value);
      if (declarations.length > 0 && !methods.has(name)) methods.set(name, declarations);
    }
  }
  return Array.from(methods, ([name, declarations]) => ({ name, declarations }));
}

/** Whether a value is a class: unlike that of a function, its prototype is fixed. */
export function isClass(value: unknown): value is ChangeUnitClass {
  return typeof value === "function" && Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}
