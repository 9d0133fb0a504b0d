import { type ChangeUnitClass, type Declaration, declaredMethods, noteDeclaration } from "./declarations.ts";

/** A method that takes the context, or nothing. */
// deno-lint-ignore no-explicit-any -- the types of decorators ask for it
export type ClassMethod<This> = (this: This, context: any) => any;

/** What TypeScript tells a decorator of a method that is neither static nor private. */
export type ClassMethodContext<This, Method extends ClassMethod<This>> =
  & ClassMethodDecoratorContext<This, Method>
  & { readonly static: false; readonly private: false };

/**
 * Makes a decorator that notes down the attributes of a class.
 *
 * @throws {TypeError} when it is used without parentheses.
 */
export function declareClass(
  decorator: string,
  attributes: object,
): <Class extends ChangeUnitClass>(target: Class, context: ClassDecoratorContext<Class>) => void {
  const said = attributesFor(decorator, attributes);
  return (target) => noteDeclaration(target, { decorator, attributes: said });
}

/**
 * Notes down what a decorator says of a method.
 *
 * @throws {TypeError} when it stands at something else, which the types refuse as well.
 */
export function declareMethod<This, Method extends ClassMethod<This>>(
  method: Method,
  context: ClassMethodContext<This, Method>,
  declaration: Declaration,
): void {
  // Whoever writes JavaScript, or sets `experimentalDecorators`, gets here with something else.
  const { kind, static: isStatic, private: isPrivate } = Object(context) as Partial<ClassMethodDecoratorContext>;
  if (method === undefined && context === undefined) {
    throw new TypeError(`\`@${declaration.decorator}\` must be written without parentheses`);
  }
  if (typeof method !== "function" || kind !== "method" || isStatic || isPrivate) {
    throw new TypeError(
      `\`@${declaration.decorator}\` must stand at a method that is neither static nor private; ` +
        "it is a decorator of the language, for which `experimentalDecorators` must not be set",
    );
  }
  noteDeclaration(method, declaration);
  context.addInitializer(function () {
    checkNotReplaced(this as object, context.name, declaration);
  });
}

/**
 * Gives the attributes of a decorator.
 *
 * @throws {TypeError} when it is used without parentheses.
 */
export function attributesFor(decorator: string, attributes: object): Readonly<Record<string, unknown>> {
  if (typeof attributes === "object" && attributes !== null) return { ...attributes };
  throw new TypeError(`\`@${decorator}\` must be called with attributes: \`@${decorator}({ … })\``);
}

/** What another decorator puts in the place of a method has lost this one, and a before step would be left out in silence. */
function checkNotReplaced(instance: object, name: PropertyKey, { decorator }: Declaration): void {
  const method = declaredMethods(Object.getPrototypeOf(instance)).find((method) => method.name === name);
  if (method?.declarations.some((declaration) => declaration.decorator === decorator)) return;
  const message = `The method \`${String(name)}\` has lost \`@${decorator}\` to another decorator: write it above that`;
  throw new TypeError(message);
}
