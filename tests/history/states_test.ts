import { assert, assertEquals, assertRejects } from "@std/assert";
import { HistoryError } from "../../src/errors.ts";
import type { ChangeState, EntryType } from "../../src/history/change_entry.ts";
import { EMPTY_HISTORY, extendHistory, identityOf } from "../../src/history/history.ts";
import {
  BEFORE_EXECUTION_TRANSITIONS,
  EXECUTION_TRANSITIONS,
  isLegal,
  type Transition,
} from "../../src/history/states.ts";
import { draft, sealLog } from "../fixtures/log.ts";

type Step = Exclude<EntryType, "RUN">;

const STATES: readonly ChangeState[] = ["STARTED", "EXECUTED", "FAILED", "ROLLED_BACK", "ROLLBACK_FAILED"];
const FROM: readonly (ChangeState | null)[] = [null, ...STATES];

/** Written down a second time, as rows: where each state may lead. A change of the tables is to be made here as well. */
const EXPECTED: Readonly<Record<Step, Readonly<Record<ChangeState | "null", readonly ChangeState[]>>>> = {
  EXECUTION: {
    null: ["STARTED", "EXECUTED", "FAILED", "ROLLED_BACK"],
    STARTED: ["EXECUTED", "ROLLED_BACK", "ROLLBACK_FAILED"],
    EXECUTED: ["STARTED", "EXECUTED", "FAILED", "ROLLED_BACK"],
    FAILED: ["STARTED", "EXECUTED", "FAILED", "ROLLED_BACK"],
    ROLLED_BACK: ["STARTED", "EXECUTED", "FAILED"],
    ROLLBACK_FAILED: ["EXECUTED", "ROLLED_BACK"],
    IGNORED: [],
  },
  BEFORE_EXECUTION: {
    null: ["STARTED", "EXECUTED", "ROLLED_BACK"],
    STARTED: ["EXECUTED", "ROLLED_BACK", "ROLLBACK_FAILED"],
    EXECUTED: ["STARTED", "ROLLED_BACK"],
    FAILED: [],
    ROLLED_BACK: ["STARTED"],
    ROLLBACK_FAILED: ["EXECUTED", "ROLLED_BACK"],
    IGNORED: [],
  },
};

const TABLES: Readonly<Record<Step, readonly Transition[]>> = {
  EXECUTION: EXECUTION_TRANSITIONS,
  BEFORE_EXECUTION: BEFORE_EXECUTION_TRANSITIONS,
};

/** Takes a change unit that is in one state to another, through the fold. */
async function fold(type: Step, from: ChangeState | null, to: ChangeState) {
  const [first, second] = await sealLog([draft(), draft({ type, state: to })]);
  assert(first !== undefined && second !== undefined);
  const known = extendHistory(EMPTY_HISTORY, [first]).changes.get(identityOf({ id: "create_users", author: "ann" }));
  assert(known !== undefined);
  const states = type === "EXECUTION" ? { execution: from, before: null } : { execution: null, before: from };
  const changes = new Map([[identityOf(known), { ...known, ...states }]]);
  return extendHistory({ ...EMPTY_HISTORY, end: first, changes }, [second]).changes.get(identityOf(known));
}

for (const type of ["EXECUTION", "BEFORE_EXECUTION"] as const) {
  for (const from of FROM) {
    for (const to of STATES) {
      const legal = EXPECTED[type][from ?? "null"].includes(to);
      Deno.test(`extendHistory() ${legal ? "accepts" : "refuses"} ${type} from ${from} to ${to}`, async () => {
        assertEquals(isLegal(TABLES[type], from, to), legal);
        if (legal) {
          const after = await fold(type, from, to);
          assertEquals(type === "EXECUTION" ? after?.execution : after?.before, to);
          return;
        }
        const message = `takes create_users from ${from ?? "nothing"} to ${to}, which cannot happen`;
        const error = await assertRejects(() => fold(type, from, to), HistoryError, message);
        assertEquals(error.code, "HISTORY_BROKEN");
      });
    }
  }

  Deno.test(`${type}_TRANSITIONS give a reason for every step, and no step twice`, () => {
    for (const { from, to, reason } of TABLES[type]) assert(reason.length > 5, `${from} to ${to}`);
    const steps = TABLES[type].map(({ from, to }) => `${from} ${to}`);
    assertEquals(new Set(steps).size, steps.length);
  });

  Deno.test(`${type}_TRANSITIONS leave ROLLBACK_FAILED by repair alone`, () => {
    const out = TABLES[type].filter(({ from }) => from === "ROLLBACK_FAILED");
    assertEquals(out.map(({ reason }) => reason), ["repair says so", "repair says so"]);
  });

  Deno.test(`${type}_TRANSITIONS have nothing of IGNORED, which leaves the state as it is`, () => {
    assertEquals(TABLES[type].filter(({ from, to }) => from === "IGNORED" || to === "IGNORED"), []);
  });
}

Deno.test("isLegal() finds nothing in an empty table", () => {
  assertEquals(isLegal([], null, "EXECUTED"), false);
});
