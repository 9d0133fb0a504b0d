/** What an order looks like: digits, or digits with dots. */
export const ORDER_PATTERN = /^\d+(?:\.\d+)*$/;

/**
 * Compares two orders number by number, so that `2` comes before `10` and `1.9` before `1.10`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compareOrders } from "./order.ts";
 *
 * assertEquals(["10", "2", "1.10", "1.9"].toSorted(compareOrders), ["1.9", "1.10", "2", "10"]);
 * ```
 */
export function compareOrders(left: string, right: string): number {
  // Nearly all orders are digits of one length, and a folder of thousands is compared often.
  if (left.length === right.length && !left.includes(".") && !right.includes(".")) return compareDigits(left, right);
  const leftParts = left.split(".");
  const rightParts = right.split(".");
  const length = Math.min(leftParts.length, rightParts.length);
  for (let index = 0; index < length; index++) {
    const difference = compareDigits(leftParts[index] ?? "", rightParts[index] ?? "");
    if (difference !== 0) return difference;
  }
  return leftParts.length - rightParts.length;
}

/** Compares numbers of any length; a time stamp with a long suffix does not fit into a double. */
function compareDigits(left: string, right: string): number {
  if (left.length === right.length) return left < right ? -1 : left > right ? 1 : 0;
  const leftNumber = left.replace(/^0+(?=\d)/, "");
  const rightNumber = right.replace(/^0+(?=\d)/, "");
  if (leftNumber.length !== rightNumber.length) return leftNumber.length - rightNumber.length;
  return leftNumber < rightNumber ? -1 : leftNumber > rightNumber ? 1 : 0;
}
