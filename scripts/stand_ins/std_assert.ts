/**
 * Stand-in for `jsr:@std/assert`: the same code, which the npm package `deno-std` carries without types, under the
 * types of the original. Where the original takes more than this repository needs, the type here is narrower.
 *
 * @module
 */

import * as std from "npm:deno-std@1.4.0/assert/mod.js";

// deno-lint-ignore no-explicit-any -- as in the original: any constructor fits
type ErrorClass<E extends Error> = new (...args: any[]) => E;
// deno-lint-ignore no-explicit-any -- as in the original: any constructor fits
type AnyConstructor = new (...args: any[]) => any;
type ArrayLikeObject<T> = ArrayLike<T> & object;
type Compare = <T>(actual: T, expected: T, msg?: string) => void;
type MatchText = (actual: string, expected: RegExp, msg?: string) => void;

/** Thrown by every failed assertion. */
export const AssertionError: new (message: string, options?: ErrorOptions) => Error = std.AssertionError;
/** The type of {@linkcode AssertionError}. */
export type AssertionError = Error;

/** Deep equality, as `assertEquals` sees it. */
export const equal: (a: unknown, b: unknown) => boolean = std.equal;

/** Asserts that the value is truthy. */
export const assert: (expr: unknown, msg?: string) => asserts expr = std.assert;
/** Asserts that the value is falsy. */
export const assertFalse: (expr: unknown, msg?: string) => void = std.assertFalse;
/** Asserts deep equality. */
export const assertEquals: Compare = std.assertEquals;
/** Asserts deep inequality. */
export const assertNotEquals: Compare = std.assertNotEquals;
/** Asserts that both are the same value. */
export const assertStrictEquals: <T>(actual: unknown, expected: T, msg?: string) => asserts actual is T =
  std.assertStrictEquals;
/** Asserts that both are different values. */
export const assertNotStrictEquals: Compare = std.assertNotStrictEquals;
/** Asserts that the value is neither null nor undefined. */
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> = std.assertExists;
/** Asserts that the value was made by the class. */
export const assertInstanceOf: <T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
) => asserts actual is InstanceType<T> = std.assertInstanceOf;
/** Asserts that the text contains the other. */
export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void = std.assertStringIncludes;
/** Asserts that the text matches. */
export const assertMatch: MatchText = std.assertMatch;
/** Asserts that the text does not match. */
export const assertNotMatch: MatchText = std.assertNotMatch;
/** Asserts that every expected element is there. */
export const assertArrayIncludes: <T>(
  actual: ArrayLikeObject<T>,
  expected: ArrayLikeObject<T>,
  msg?: string,
) => void = std.assertArrayIncludes;
/** Asserts that the object has at least the expected properties. */
export const assertObjectMatch: (
  // deno-lint-ignore no-explicit-any -- as in the original: objects of any type fit
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = std.assertObjectMatch;
/** Asserts `actual > expected`. */
export const assertGreater: Compare = std.assertGreater;
/** Asserts `actual >= expected`. */
export const assertGreaterOrEqual: Compare = std.assertGreaterOrEqual;
/** Asserts `actual < expected`. */
export const assertLess: Compare = std.assertLess;
/** Asserts `actual <= expected`. */
export const assertLessOrEqual: Compare = std.assertLessOrEqual;
/** Asserts that the function throws, and returns what it threw. */
export const assertThrows: {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error = Error>(fn: () => unknown, ErrorClass: ErrorClass<E>, msgIncludes?: string, msg?: string): E;
} = std.assertThrows;
/** Asserts that the promise rejects, and resolves to the reason. */
export const assertRejects: {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    ErrorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
} = std.assertRejects;
/** Fails always. */
export const fail: (msg?: string) => never = std.fail;
/** Fails when reached. */
export const unreachable: (reason?: string) => never = std.unreachable;
