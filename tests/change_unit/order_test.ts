import { assert, assertEquals } from "@std/assert";
import { compareOrders, ORDER_PATTERN } from "../../src/change_unit/order.ts";

const ascending: [before: string, after: string][] = [
  ["1", "2"],
  ["2", "10"],
  ["0002", "10"],
  ["0", "1"],
  ["1.9", "1.10"],
  ["1.2.9", "1.10"],
  ["1", "1.0"],
  ["1", "1.1"],
  ["1.9", "2"],
  ["20251231235959", "20261122093000"],
  ["9007199254740992", "9007199254740993"],
  ["99999999999999999999999999999998", "99999999999999999999999999999999"],
  ["9999999999999999999", "10000000000000000000"],
  ["1.9007199254740992", "1.9007199254740993"],
];

for (const [before, after] of ascending) {
  Deno.test(`compareOrders() puts ${before} before ${after}, whichever way they are given`, () => {
    assert(compareOrders(before, after) < 0);
    assert(compareOrders(after, before) > 0);
  });
}

for (const [left, right] of [["1", "1"], ["1", "0001"], ["0", "000"], ["1.02", "01.2"], ["10", "00010"]] as const) {
  Deno.test(`compareOrders() takes ${left} and ${right} for the same`, () => {
    assert(compareOrders(left, right) === 0);
    assert(compareOrders(right, left) === 0);
  });
}

Deno.test("compareOrders() sorts a mixed folder number by number", () => {
  const sorted = ["1", "1.2", "1.10", "2", "0003", "10", "20261122093000"];
  assertEquals(sorted.toReversed().toSorted(compareOrders), sorted);
});

Deno.test("ORDER_PATTERN accepts digits, and digits with dots, and nothing else", () => {
  const all = ["1", "0001", "1.2.3", "", ".", "1.", ".1", "1..2", "-1", "+1", "1e3", "a", "1a", " 1", "1\n", "١"];
  assertEquals(all.filter((order) => ORDER_PATTERN.test(order)), ["1", "0001", "1.2.3"]);
});
