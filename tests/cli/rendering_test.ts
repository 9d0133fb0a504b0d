import { assertEquals, assertStringIncludes } from "@std/assert";
import { coloured, plain } from "../../src/cli/paint.ts";
import { renderEvent } from "../../src/cli/render_event.ts";
import { whatWasDone } from "../../src/cli/render_failure.ts";
import { renderList } from "../../src/cli/render_list.ts";
import { renderPlan } from "../../src/cli/render_plan.ts";
import { renderNothingPending, renderReport } from "../../src/cli/render_report.ts";
import { renderTable } from "../../src/cli/table.ts";
import { findUserFrame } from "../../src/cli/user_frame.ts";
import type { PlannedChange } from "../../src/plan/plan.ts";
import type { ExecutionReport } from "../../src/report.ts";

const USERS = { id: "create_users", author: "ann", order: "0001", file: "0001_create_users.ts" };
const ORDERS = { id: "create_orders", author: "bo", order: "10", file: null };

Deno.test("renderTable() aligns columns, keeps every row on one line and leaves no space at the end", () => {
  const columns = [
    { title: "name", text: ([name]: [string, string]) => name },
    { title: "ms", text: ([, ms]: [string, string]) => ms, align: "right" as const },
    { title: "note", text: () => "" },
  ];
  assertEquals(
    renderTable(columns, [["a\nb", "7"], ["longer name", "1234"]], plain),
    [
      "name           ms  note",
      "a b             7",
      "longer name  1234",
    ].join("\n"),
  );
  const painted = renderTable([{ ...columns[0]!, style: () => "red" as const }, columns[1]!], [["a", "7"]], coloured);
  assertEquals(painted, "\x1b[2mname\x1b[22m  \x1b[2mms\x1b[22m\n\x1b[31ma\x1b[39m      7");
});

const NOTHING: ExecutionReport = {
  operation: "MIGRATE",
  executionId: null,
  executed: [],
  failed: [],
  skipped: [],
  done: 0,
  pending: [],
  warnings: [],
};

Deno.test("renderReport() shows what was executed and what failed in order, and sums up", () => {
  const report: ExecutionReport = {
    ...NOTHING,
    executed: [{ ...ORDERS, executionMillis: 1234, attempts: 2 }],
    failed: [{ ...USERS, state: "ROLLED_BACK", message: "boom" }],
    skipped: [{ ...USERS, reason: "a reason" }],
    pending: [USERS, ORDERS],
  };
  assertEquals(
    renderReport(report, { effect: "executed", paint: plain }),
    [
      "order  id             author  state          ms  attempts",
      "0001   create_users   ann     ROLLED_BACK",
      "10     create_orders  bo      EXECUTED     1234         2",
      "",
      "1 executed, 1 failed, 1 skipped, 2 pending",
    ].join("\n"),
  );
  assertEquals(
    renderReport(NOTHING, { effect: "executed", paint: plain }),
    "0 executed, 0 failed, 0 skipped, 0 pending",
  );
});

Deno.test("renderReport() shows what was undone in the order of that, and what was recorded without times", () => {
  const executed = [{ ...ORDERS, executionMillis: 12, attempts: 1 }, { ...USERS, executionMillis: 3, attempts: 1 }];
  assertEquals(
    renderReport({ ...NOTHING, executed, pending: [USERS] }, { effect: "undone", paint: plain }),
    [
      "order  id             author  state        ms  attempts",
      "10     create_orders  bo      ROLLED_BACK  12         1",
      "0001   create_users   ann     ROLLED_BACK   3         1",
      "",
      "2 undone, 0 failed, 1 left",
    ].join("\n"),
  );
  const stateOf = ({ id }: { readonly id: string }) => id === USERS.id ? "ROLLED_BACK" as const : "EXECUTED" as const;
  assertEquals(
    renderReport({ ...NOTHING, executed }, { effect: "recorded", stateOf, paint: plain }),
    [
      "order  id             author  state",
      "0001   create_users   ann     ROLLED_BACK",
      "10     create_orders  bo      EXECUTED",
      "",
      "2 recorded, 0 failed, 0 left",
    ].join("\n"),
  );
});

Deno.test("renderNothingPending() counts in proper English", () => {
  const render = (done: number, skipped: number, pending = 0) =>
    renderNothingPending(
      {
        ...NOTHING,
        done,
        skipped: Array.from({ length: skipped }, () => ({ ...USERS, reason: "" })),
        pending: Array.from({ length: pending }, () => USERS),
      },
      "./migrations",
    );
  assertEquals(render(0, 0), "Nothing is pending: there are no change units in ./migrations");
  assertEquals(render(1, 0), "Nothing is pending: 1 change unit has been executed already");
  assertEquals(render(5, 0), "Nothing is pending: 5 change units have been executed already");
  assertEquals(render(0, 1), "Nothing is pending: 0 change units have been executed already, 1 is skipped");
  assertEquals(render(2, 3), "Nothing is pending: 2 change units have been executed already, 3 are skipped");
  assertEquals(
    render(2, 0, 3),
    "Nothing is pending up to there: 2 change units have been executed already, 3 are pending behind it",
  );
});

const PLANNED: readonly PlannedChange[] = [
  {
    ...USERS,
    state: "EXECUTED",
    decision: "done",
    reason: "executed",
    timestamp: "2026-01-02T03:04:05.678Z",
    executionMillis: 12,
  },
  { ...ORDERS, state: "PENDING", decision: "run", reason: "pending", timestamp: null, executionMillis: null },
];

Deno.test("renderPlan() shows every decision, counts them and ends with the problems", () => {
  const problem = { code: "CHANGE_EDITED", severity: "warning", message: "m", remedies: ["r"], files: [] } as const;
  assertEquals(
    renderPlan({ changes: PLANNED, steps: [], problems: [problem] }, "migrate", plain),
    [
      "order  id             author  decision  reason",
      "0001   create_users   ann     done      executed",
      "10     create_orders  bo      run       pending",
      "",
      "1 to run, 1 done, 0 skipped",
      "",
      "warning CHANGE_EDITED: m",
      "  - r",
    ].join("\n"),
  );
  assertEquals(renderPlan({ changes: [], steps: [], problems: [] }, "migrate", plain), "0 to run, 0 done, 0 skipped");
});

Deno.test("renderPlan() calls it undo when that is what it is, and counts what is behind a limit", () => {
  const changes: readonly PlannedChange[] = [
    { ...PLANNED[0]!, decision: "run" },
    { ...PLANNED[1]!, decision: "stop", reason: "irreversible" },
  ];
  assertEquals(
    renderPlan({ changes, steps: [], problems: [] }, "undo", plain),
    [
      "order  id             author  decision  reason",
      "0001   create_users   ann     undo      executed",
      "10     create_orders  bo      stop      irreversible",
      "",
      "1 to undo, 1 stopped",
    ].join("\n"),
  );
  assertEquals(renderPlan({ changes: [], steps: [], problems: [] }, "undo", plain), "0 to undo");
  const later = [PLANNED[1]!, { ...PLANNED[1]!, decision: "later" as const }];
  assertStringIncludes(
    renderPlan({ changes: later, steps: [], problems: [] }, "migrate", plain),
    "\n\n1 to run, 0 done, 0 skipped, 1 later",
  );
});

Deno.test("renderList() shows every state, and no column of which nothing is known", () => {
  const rows = PLANNED.map((change) => ({ ...change, details: [], canBeUndone: null }));
  assertEquals(
    renderList(rows, plain),
    [
      "order  id             author  state     since                     ms  file",
      "0001   create_users   ann     EXECUTED  2026-01-02T03:04:05.678Z  12  0001_create_users.ts",
      "10     create_orders  bo      PENDING",
    ].join("\n"),
  );
  assertEquals(renderList([], plain), "There are no change units");
});

Deno.test("renderEvent() has a line for every event that is worth one", () => {
  const render = (event: Parameters<typeof renderEvent>[0]) => renderEvent(event, plain, "executed");
  const executed = { ...USERS, executionMillis: 12, attempts: 1 };
  assertEquals(render({ type: "change.executed", change: executed }), "executed 0001_create_users.ts  12 ms");
  assertEquals(
    render({ type: "change.executed", change: { ...ORDERS, executionMillis: 12_345, attempts: 3 } }),
    "executed 10 create_orders  12.3 s  3 attempts",
  );
  assertEquals(
    render({ type: "change.failed", change: { ...USERS, state: "FAILED", message: "boom" }, error: null }),
    "failed 0001_create_users.ts  FAILED: boom",
  );
  assertEquals(
    render({ type: "change.retrying", change: USERS, attempt: 2 }),
    "retrying 0001_create_users.ts  attempt 2",
  );
  assertEquals(
    render({ type: "rollback.retrying", change: USERS, step: "EXECUTION", attempt: 2 }),
    "retrying rollback of 0001_create_users.ts  attempt 2",
  );
  assertEquals(
    render({ type: "rollback.retrying", change: USERS, step: "BEFORE_EXECUTION", attempt: 3 }),
    "retrying rollback of the before step of 0001_create_users.ts  attempt 3",
  );
  assertEquals(render({ type: "change.log", change: USERS, message: "half" }), "log 0001_create_users.ts: half");
  assertStringIncludes(render({ type: "change.recovering", change: USERS }), "recovering 0001_create_users.ts: ");
  assertEquals(
    render({ type: "lock.waiting", owner: "e1", hostname: "h1", remainingMs: 25_000 }),
    "waiting for the lock: execution e1 on h1 holds it, its lease lasts for 25.0 s",
  );
  assertStringIncludes(
    render({ type: "lock.waiting", owner: "e", hostname: "h", remainingMs: -1 }),
    "its lease is over",
  );
  assertStringIncludes(render({ type: "lock.acquired", takenOver: true }), "took over the lock");
  assertStringIncludes(
    render({ type: "lock.notReleased", error: new Error("no answer from mongodb://a:b@h\nmore") }),
    "(no answer from mongodb://***@h)",
  );
  assertEquals(render({ type: "lock.lost" }), "lost the lock");
  assertEquals(render({ type: "lock.acquired", takenOver: false }), "");
  assertEquals(render({ type: "change.started", change: USERS }), "");
});

Deno.test("whatWasDone() says what stays, what is left of a failure and what is still pending", () => {
  assertEquals(whatWasDone({ ...NOTHING, pending: [USERS] }, "executed"), [
    "Nothing was executed",
    "Still pending: 1 change unit",
  ]);
  assertEquals(
    whatWasDone({
      ...NOTHING,
      executed: [{ ...ORDERS, executionMillis: 1, attempts: 1 }],
      failed: [{ ...USERS, state: "STARTED", message: "" }],
    }, "executed"),
    ["What was executed stays: 10 create_orders", "0001_create_users.ts: it cannot be known how far it came"],
  );
});

Deno.test("renderEvent() speaks of an undo and of a record by their own names", () => {
  const executed = { ...USERS, executionMillis: 12, attempts: 1 };
  const event = { type: "change.executed", change: executed } as const;
  assertEquals(renderEvent(event, plain, "undone"), "undone 0001_create_users.ts  12 ms");
  assertEquals(renderEvent(event, plain, "recorded"), "recorded 0001_create_users.ts");
  const rollback = { type: "rollback.ended", change: USERS, step: "EXECUTION", error: undefined } as const;
  assertEquals(renderEvent(rollback, plain, "executed"), "rolled back 0001_create_users.ts");
  assertEquals(renderEvent(rollback, plain, "undone"), "", "one line is enough");
});

Deno.test("findUserFrame() finds the first line of a stack that is in the folder", () => {
  const error = new Error("boom");
  error.stack = `Error: boom
    at file:///srv/migrations/0001_fake.ts:9:9 is part of no frame
    at Driver.run (file:///srv/src/driver.ts:1:2)
    at Object.helper (file:///srv/migrations/_shared%20code.ts?sha256%3Aab:3:4)
    at execution (file:///srv/migrations/0002_users.ts:5:6)`.replace(
    "    at file:///srv/migrations/0001",
    "file:///srv/migrations/0001",
  );
  assertEquals(findUserFrame(error, "/srv/migrations"), "_shared code.ts:3:4");
  assertEquals(findUserFrame(error, "/srv/other"), undefined);
  assertEquals(findUserFrame("boom", "/srv/migrations"), undefined);
});
