import fc from "fast-check";
import type { Limit } from "../../src/plan/limit_plan.ts";
import type { RepairRequest } from "../../src/plan/mark_plan.ts";
import type { UndoTarget } from "../../src/plan/undo_plan.ts";
import * as arbitrary from "./arbitraries.ts";
import type { Fault, Method } from "./plain_database.ts";
import type { Settings } from "./plain_world.ts";

/** Something that people do, to the folder or to the database. */
export type Deed =
  | { readonly does: "put"; readonly place: number; readonly order: string | null }
  | { readonly does: "edit"; readonly index: number; readonly version: number }
  | { readonly does: "remove"; readonly index: number }
  | { readonly does: "renumber"; readonly index: number; readonly order: string | null }
  | { readonly does: "migrate"; readonly settings: Settings; readonly limit: Limit; readonly faults: Faulty }
  | { readonly does: "undo"; readonly settings: Settings; readonly target: UndoTarget; readonly faults: Faulty }
  | { readonly does: "repair"; readonly repairs: readonly RepairRequest[] }
  | { readonly does: "baseline"; readonly to: string };

/** What goes wrong meanwhile. */
export type Faulty = readonly (readonly [id: string, method: Method, fault: Fault])[];

function faultsIn(...methods: Method[]): fc.Arbitrary<Faulty> {
  const fault = fc.constantFrom<Fault>("error", "lost", "conflict");
  return fc.array(fc.tuple(fc.constantFrom(...arbitrary.IDS), fc.constantFrom(...methods), fault), { maxLength: 6 });
}

const settings: fc.Arbitrary<Settings> = fc.oneof(
  { arbitrary: fc.constant(permissive("change")), weight: 2 },
  { arbitrary: fc.constantFrom("run" as const, "none" as const).map(permissive), weight: 2 },
  { arbitrary: arbitrary.settings, weight: 3 },
);

/** The settings with which most things are possible. */
export function permissive(strategy: Settings["strategy"]): Settings {
  const rules = { edited: "warn", missing: "warn", missingNewer: "warn", outOfOrder: "run" } as const;
  return {
    rules: { ...rules, profiles: [], systemVersion: {} },
    strategy,
    supported: true,
    recordRepeats: true,
  };
}

export const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    arbitrary: fc.record({
      does: fc.constant("migrate"),
      settings,
      limit: arbitrary.limits,
      faults: faultsIn("execution", "rollback", "before", "rollbackBefore"),
    }),
    weight: 6,
  },
  {
    arbitrary: fc.record({
      does: fc.constant("undo"),
      settings,
      target: arbitrary.undoTargets,
      faults: faultsIn("rollback", "rollbackBefore"),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ does: fc.constant("put"), place: arbitrary.anyPlace, order: arbitrary.otherOrders }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      does: fc.constant("edit"),
      index: fc.nat({ max: 4 }),
      version: fc.nat({ max: arbitrary.VERSIONS - 1 }),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ does: fc.constant("remove"), index: fc.nat({ max: 4 }) }), weight: 1 },
  {
    arbitrary: fc.record({ does: fc.constant("renumber"), index: fc.nat({ max: 4 }), order: arbitrary.otherOrders }),
    weight: 1,
  },
  { arbitrary: fc.record({ does: fc.constant("repair"), repairs: arbitrary.repairs }), weight: 2 },
  { arbitrary: fc.record({ does: fc.constant("baseline"), to: arbitrary.anyId }), weight: 1 },
) as fc.Arbitrary<Deed>;
