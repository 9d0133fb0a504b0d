import "./seed.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareOrders, ORDER_PATTERN } from "../../src/change_unit/order.ts";
import { compareVersions } from "../../src/plan/version.ts";

const RUNS = { numRuns: 1_000 };

/** A number of any length, with zeros in front. */
const digits = fc.tuple(
  fc.nat({ max: 3 }),
  fc.oneof(fc.nat({ max: 12 }).map(BigInt), fc.bigInt({ min: 0n, max: 10n ** 40n })),
)
  .map(([zeros, value]) => "0".repeat(zeros) + value);

const order = fc.array(digits, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));

const word = fc.oneof(fc.constantFrom("alpha", "Beta", "rc", "SNAPSHOT", "x"), fc.stringMatching(/^[a-zA-Z]{1,4}$/));
const version = fc.tuple(
  fc.array(fc.tuple(fc.oneof(digits, word), fc.constantFrom(".", "-", "_", "+")), { minLength: 1, maxLength: 4 }),
).map(([parts]) => parts.flat().slice(0, -1).join(""));

function numbersOf(text: string): bigint[] {
  return text.split(".").map(BigInt);
}

/** Row by row, number by number; `missing` stands where a row has no number any more. */
function compareNumbers(left: readonly bigint[], right: readonly bigint[], missing: bigint): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one, other] = [left[index] ?? missing, right[index] ?? missing];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** The rules that make a comparison one that can sort. */
function isTotal(compare: (left: string, right: string) => number, values: fc.Arbitrary<string>): void {
  fc.assert(
    fc.property(values, values, values, (one, two, three) => {
      assertEquals(compare(one, one), 0, "everything is equal to itself");
      assertEquals(Math.sign(compare(one, two)), -Math.sign(compare(two, one)) + 0, "both directions agree");
      const [low, middle, high] = [one, two, three].toSorted(compare) as [string, string, string];
      assertEquals([compare(low, middle), compare(middle, high), compare(low, high)].some((sign) => sign > 0), false);
      if (compare(one, two) === 0) {
        assertEquals(Math.sign(compare(one, three)), Math.sign(compare(two, three)), "what is equal compares equally");
      }
    }),
    RUNS,
  );
}

Deno.test("compareOrders() is a total order", () => isTotal(compareOrders, order));

Deno.test("compareOrders() agrees with the numbers, whatever their length and however many zeros are in front", () => {
  fc.assert(
    fc.property(order, order, (left, right) => {
      assertEquals(ORDER_PATTERN.test(left), true);
      const expected = compareNumbers(numbersOf(left), numbersOf(right), -1n);
      assertEquals(Math.sign(compareOrders(left, right)), expected);
    }),
    RUNS,
  );
});

Deno.test("compareVersions() is a total order", () => isTotal(compareVersions, fc.oneof(version, order)));

Deno.test("compareVersions() agrees with the numbers, and a number that is missing is 0", () => {
  fc.assert(
    fc.property(order, order, (left, right) => {
      const expected = compareNumbers(numbersOf(left), numbersOf(right), 0n);
      assertEquals(Math.sign(compareVersions(left, right)), expected);
    }),
    RUNS,
  );
});

Deno.test("compareVersions() has a version with a qualifier before the same one without", () => {
  fc.assert(
    fc.property(order, word, fc.constantFrom(".", "-", "_", "+"), (number, qualifier, between) => {
      assertEquals(Math.sign(compareVersions(`${number}${between}${qualifier}`, number)), -1);
      assertEquals(compareVersions(number.toUpperCase(), number.toLowerCase()), 0);
    }),
    RUNS,
  );
});
