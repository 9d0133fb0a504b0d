import { compareOrders } from "../change_unit/order.ts";

/**
 * Compares two versions part by part: numbers as numbers, and a version with a qualifier before the same one without
 * (`3-alpha` before `3`, `9` before `10`, `rc2` before `rc10`, `3` equal to `3.0`).
 */
export function compareVersions(left: string, right: string): number {
  const leftParts = partsOf(left);
  const rightParts = partsOf(right);
  const length = Math.max(leftParts.length, rightParts.length);
  for (let index = 0; index < length; index++) {
    const difference = compareParts(leftParts[index] ?? "0", rightParts[index] ?? "0");
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Numbers and words, also where nothing stands between them. */
function partsOf(version: string): string[] {
  return version.toLowerCase().match(/\d+|[^\d.\-_+]+/g) ?? [];
}

function compareParts(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [left, right].map((part) => /^\d/.test(part));
  if (leftIsNumber && rightIsNumber) return compareOrders(left, right);
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? 1 : -1;
  return left < right ? -1 : left > right ? 1 : 0;
}
