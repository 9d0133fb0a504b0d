/**
 * Compares two versions part by part: numbers as numbers, and a version with a qualifier before the same one without
 * (`3-alpha` before `3`, `9` before `10`, `3` equal to `3.0`).
 */
export function compareVersions(left: string, right: string): number {
  const leftParts = partsOf(left);
  const rightParts = partsOf(right);
  const length = Math.max(leftParts.length, rightParts.length);
  for (let index = 0; index < length; index++) {
    const difference = compareParts(leftParts[index] ?? 0, rightParts[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string): (number | string)[] {
  return version.toLowerCase().split(/[.\-_+]/).map((part) => /^\d+$/.test(part) ? Number(part) : part);
}

function compareParts(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "number") return 1;
  if (typeof right === "number") return -1;
  return left < right ? -1 : left > right ? 1 : 0;
}
