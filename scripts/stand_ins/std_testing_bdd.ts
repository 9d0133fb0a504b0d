/**
 * Stand-in for `jsr:@std/testing/bdd`, over `node:test`, which Deno runs natively.
 *
 * @module
 */

import * as test from "node:test";

type Work = () => void | Promise<void>;

interface Register<Body> {
  (name: string, body: Body): void;
  only(name: string, body: Body): void;
  skip(name: string, body: Body): void;
  ignore(name: string, body: Body): void;
}

/** Groups tests. */
export const describe: Register<() => void> = Object.assign(
  (name: string, body: () => void) => void test.describe(name, body),
  {
    only: (name: string, body: () => void) => void test.describe.only(name, body),
    skip: (name: string, body: () => void) => void test.describe.skip(name, body),
    ignore: (name: string, body: () => void) => void test.describe.skip(name, body),
  },
);

/** Registers a test. */
export const it: Register<Work> = Object.assign(
  (name: string, body: Work) => void test.it(name, () => body()),
  {
    only: (name: string, body: Work) => void test.it.only(name, () => body()),
    skip: (name: string, body: Work) => void test.it.skip(name, () => body()),
    ignore: (name: string, body: Work) => void test.it.skip(name, () => body()),
  },
);

/** Runs once before the tests of the group. */
export function beforeAll(work: Work): void {
  test.before(() => work());
}

/** Runs once after the tests of the group. */
export function afterAll(work: Work): void {
  test.after(() => work());
}

/** Runs before each test of the group. */
export function beforeEach(work: Work): void {
  test.beforeEach(() => work());
}

/** Runs after each test of the group. */
export function afterEach(work: Work): void {
  test.afterEach(() => work());
}
