import fc from "fast-check";
import type { RepairRequest } from "../../src/plan/mark_plan.ts";
import type { UndoTarget } from "../../src/plan/undo_plan.ts";
import { fileNameOf, type PlainFile, type Settings, type Text } from "./plain_world.ts";

/** The ids of all change units, each with the order that it usually has. */
export const HOME_ORDERS = { a: "1", b: "02", c: "2.1", d: "2.10", e: "11" } as const;
export const IDS = Object.keys(HOME_ORDERS) as readonly (keyof typeof HOME_ORDERS)[];
export const VERSIONS = 3;
const OTHER_ORDERS = ["1", "2", "3", "9", "12", "11.0"];

export const anyId: fc.Arbitrary<string> = fc.constantFrom<string>(...IDS, "nobody");

/** Mostly the first value, which is also what counterexamples shrink to. */
export function mostly<Value>(usual: Value, ...others: Value[]): fc.Arbitrary<Value> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
}

const sayings = fc.record({
  author: mostly("ann", "bob"),
  transactional: mostly(true, false),
  failFast: fc.constantFrom(true, true, false),
  again: fc.constantFrom<Text["again"]>("never", "never", "never", "never", "always", "on change"),
  outOfOrder: mostly(false, true),
  reversible: mostly(true, false),
  hasBefore: fc.constantFrom(false, false, true),
  profiles: mostly<readonly string[]>([], ["production"], ["!production"], ["test", "!default"]),
  systemVersion: mostly("5", "9"),
});

/** All texts that there can be: every version of every id. */
export const shelves: fc.Arbitrary<readonly Text[]> = fc
  .array(sayings, { minLength: IDS.length * VERSIONS, maxLength: IDS.length * VERSIONS })
  .map((said) =>
    said.map((each, index) => ({ ...each, id: IDS[index % IDS.length] ?? "", version: Math.floor(index / IDS.length) }))
  );

export const anyPlace: fc.Arbitrary<number> = fc.nat({ max: IDS.length * VERSIONS - 1 });

/** A place on the shelf, mostly among the first versions. */
export const places: fc.Arbitrary<number> = fc.oneof(
  { arbitrary: fc.nat({ max: IDS.length - 1 }), weight: 3 },
  { arbitrary: anyPlace, weight: 1 },
);

/** A text as a file, mostly with the order that it usually has. */
export function placed(shelf: readonly Text[], place: number, otherOrder: string | null): PlainFile {
  const text = shelf[place];
  if (text === undefined) throw new RangeError(`There is nothing at place ${place} of the shelf`);
  return { order: otherOrder ?? HOME_ORDERS[text.id as keyof typeof HOME_ORDERS], text };
}

export const otherOrders: fc.Arbitrary<string | null> = fc.oneof(
  { arbitrary: fc.constant(null), weight: 8 },
  { arbitrary: fc.constantFrom(...OTHER_ORDERS), weight: 1 },
);

/** The files of a folder, in the order of their names; no two with the same name, or with the same of something else. */
export function folders(
  shelf: readonly Text[],
  selector: (file: PlainFile) => string = fileNameOf,
): fc.Arbitrary<readonly PlainFile[]> {
  const file = fc.tuple(places, otherOrders).map(([place, order]) => placed(shelf, place, order));
  return fc.uniqueArray(file, { maxLength: 7, selector }).map((files) =>
    files.toSorted((left, right) => fileNameOf(left) < fileNameOf(right) ? -1 : 1)
  );
}

export const settings: fc.Arbitrary<Settings> = fc.record({
  rules: fc.record({
    edited: mostly("stop", "warn"),
    missing: mostly("warn", "stop"),
    missingNewer: mostly("warn", "stop"),
    outOfOrder: mostly("run", "stop"),
    profiles: mostly<readonly string[]>([], ["production"], ["test", "default"]),
    systemVersion: fc.constantFrom({}, {}, { from: "5", to: "5" }, { from: "7" }),
  }),
  strategy: fc.constantFrom("change", "run", "none"),
  supported: mostly(true, false),
  recordRepeats: mostly(true, false),
});

export const limits: fc.Arbitrary<{ readonly to?: string; readonly count?: number }> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 3 },
  { arbitrary: fc.record({ to: anyId }), weight: 1 },
  { arbitrary: fc.record({ count: fc.integer({ min: 1, max: 4 }) }), weight: 1 },
  { arbitrary: fc.record({ to: anyId, count: fc.integer({ min: 1, max: 4 }) }), weight: 1 },
);

export const undoTargets: fc.Arbitrary<UndoTarget> = fc.oneof(
  fc.record({ to: anyId }),
  fc.record({ count: fc.integer({ min: 1, max: 4 }) }),
  fc.constant({ all: true } as const),
);

const request: fc.Arbitrary<RepairRequest> = fc.tuple(
  anyId,
  fc.constantFrom(undefined, "ann", "bob"),
  fc.constantFrom<RepairRequest["as"]>("executed", "rolled back", "accepted"),
).map(([id, author, as]) => author === undefined ? { id, as } : { id, author, as });

export const repairs: fc.Arbitrary<readonly RepairRequest[]> = fc.array(request, { minLength: 1, maxLength: 2 });
