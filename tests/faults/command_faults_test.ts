import { assertEquals } from "@std/assert";
import type { MongoContext } from "../../src/drivers/mongodb/mod.ts";
import { failPointTest } from "../mongodb_server.ts";
import { FaultBench, type Sort } from "./fault_bench.ts";

/** What the server answers instead of doing what it was asked for. */
const FAULTS = {
  "a write conflict": { errorCode: 112, errorLabels: ["TransientTransactionError"] },
  "a write conflict without a label": { errorCode: 112, errorLabels: [] },
  "a transaction that is gone": { errorCode: 251, errorLabels: ["TransientTransactionError"] },
  "an unknown outcome": { errorCode: 50, errorLabels: ["UnknownTransactionCommitResult"] },
  "a time-out without a label": { errorCode: 50, errorLabels: [] },
  "NotWritablePrimary": { errorCode: 10107 },
  "InterruptedDueToReplStateChange": { errorCode: 11602 },
  "PrimarySteppedDown": { errorCode: 189 },
  "a closed connection": { closeConnection: true },
  "a write concern that was not met": { writeConcernError: { code: 64, errmsg: "waiting for replication timed out" } },
  "a shutdown while it waits": { writeConcernError: { code: 91, errmsg: "shutting down" } },
  "no permission": { errorCode: 13 },
} as const;

type Fault = keyof typeof FAULTS;

/** Where it happens: the command, and whether from the start or from within the first change unit. */
const POINTS = {
  "the read of the history": { command: "find", from: "start" },
  "the request for the lease": { command: "findAndModify", from: "start" },
  "the RUN entry": { command: "insert", from: "start" },
  "the entry of a change unit": { command: "insert", from: "unit" },
  "the change itself": { command: "update", from: "unit" },
  "the commit": { command: "commitTransaction", from: "unit" },
} as const;

type Point = keyof typeof POINTS;

interface Row {
  readonly sort: Sort;
  readonly faults: readonly Fault[];
  readonly points: readonly Point[];
  readonly times: readonly number[];
  readonly ending: string;
  /** How many attempts the first change unit took; by default as the row says nothing of it. */
  readonly attempts?: (times: number) => number;
}

const CONFLICTS: readonly Fault[] = [
  "a write conflict",
  "a write conflict without a label",
  "a transaction that is gone",
];
const STATE_CHANGES: readonly Fault[] = ["NotWritablePrimary", "InterruptedDueToReplStateChange", "PrimarySteppedDown"];
const LOST: readonly Fault[] = [...STATE_CHANGES, "a closed connection"];
const UNKNOWN: readonly Fault[] = ["an unknown outcome", "a time-out without a label"];
const IN_TRANSACTION: readonly Point[] = ["the entry of a change unit", "the change itself"];
const BEFORE: readonly Point[] = ["the request for the lease", "the RUN entry"];

const ROWS: readonly Row[] = [
  // Before anything was done everything is simply tried again, except a server that was never reached.
  { sort: "transactional", faults: CONFLICTS, points: ["the read of the history"], times: [3], ending: "done" },
  { sort: "transactional", faults: LOST, points: ["the read of the history"], times: [1], ending: "done" },
  {
    sort: "transactional",
    faults: LOST,
    points: ["the read of the history"],
    times: [3],
    ending: "DATABASE_UNREACHABLE",
  },
  {
    sort: "transactional",
    faults: [...CONFLICTS, ...LOST, ...UNKNOWN, "a write concern that was not met"],
    points: BEFORE,
    times: [3],
    ending: "done",
    attempts: () => 1,
  },
  // Each error inside of a transaction costs it an attempt.
  {
    sort: "transactional",
    faults: [...CONFLICTS, ...LOST, ...UNKNOWN],
    points: IN_TRANSACTION,
    times: [3],
    ending: "done",
    attempts: (times) => times + 1,
  },
  // A commit is tried twice by the client where its outcome is unknown; then the log decides.
  {
    sort: "transactional",
    faults: [...CONFLICTS, ...UNKNOWN],
    points: ["the commit"],
    times: [1, 3],
    ending: "done",
    attempts: (times) => times + 1,
  },
  { sort: "transactional", faults: LOST, points: ["the commit"], times: [1], ending: "done", attempts: () => 1 },
  { sort: "transactional", faults: LOST, points: ["the commit"], times: [3], ending: "done", attempts: () => 2 },
  {
    sort: "transactional",
    faults: ["a write concern that was not met", "a shutdown while it waits"],
    points: ["the commit"],
    times: [2],
    ending: "done",
    attempts: () => 1,
  },
  // Without a transaction an error that says that nothing was done is rolled back, and one that says nothing stays open.
  {
    sort: "non-transactional",
    faults: [...CONFLICTS, ...LOST, ...UNKNOWN, "a write concern that was not met"],
    points: ["the entry of a change unit"],
    times: [3],
    ending: "done",
  },
  { sort: "non-transactional", faults: LOST, points: ["the change itself"], times: [1], ending: "done" },
  { sort: "non-transactional", faults: CONFLICTS, points: ["the change itself"], times: [1], ending: "ROLLED_BACK" },
  {
    sort: "non-transactional",
    faults: ["PrimarySteppedDown", "a closed connection"],
    points: ["the change itself"],
    times: [2],
    ending: "STARTED",
  },
  {
    sort: "non-transactional",
    faults: ["an unknown outcome", "a write concern that was not met"],
    points: ["the change itself"],
    times: [1],
    ending: "STARTED",
  },
  // What is not allowed is not tried again.
  {
    sort: "transactional",
    faults: ["no permission"],
    points: ["the RUN entry"],
    times: [1],
    ending: "HISTORY_NOT_WRITTEN",
  },
  {
    sort: "transactional",
    faults: ["no permission"],
    points: ["the request for the lease", "the read of the history"],
    times: [1],
    ending: "DATABASE_UNREACHABLE",
  },
  { sort: "transactional", faults: ["no permission"], points: IN_TRANSACTION, times: [1], ending: "FAILED" },
];

for (const { sort, faults, points, times: often, ending, attempts } of ROWS) {
  for (const point of points) {
    const name = `migrate() of ${sort} change units ends with ${ending} when ${point} meets an error of the server ` +
      `(${often.map((times) => `${times} x`).join(" and ")})`;
    failPointTest(name, async (server, context) => {
      const { command, from } = POINTS[point];
      let arm = () => Promise.resolve();
      await using bench = await FaultBench.open({
        sort,
        url: (databaseName) => server.url(databaseName),
        ...(from === "unit" && { inUnit: () => arm() }),
      });
      for (const times of often) {
        for (const fault of faults) {
          await context.step(`${fault}, ${times} x`, async () => {
            await bench.begin();
            let isArmed = false;
            arm = async () => {
              if (!isArmed) await fail(bench, { times }, fault, [command]);
              isArmed = true;
            };
            if (from === "start") await arm();
            const { code, report, error } = await bench.migrate();
            await fail(bench, "off");
            assertEquals(report?.failed[0]?.state ?? code, ending, String(error));
            if (attempts !== undefined) {
              assertEquals(report?.executed.map((each) => each.attempts), [attempts(times), 1]);
            }
            await bench.assertAgreement();
            await bench.assertFinished();
          });
        }
      }
    });
  }
}

failPointTest(
  "migrate() reports why a change unit failed although its transaction could not be aborted",
  async (server) => {
    for (const fault of ["a closed connection", "NotWritablePrimary", "a transaction that is gone"] as const) {
      const inUnit = async ({ db }: MongoContext) => {
        await db.collection("left").insertOne({});
        await fail(bench, { times: 3 }, fault, ["abortTransaction"]);
        throw new RangeError("the real cause");
      };
      await using bench = await FaultBench.open({ sort: "transactional", url: (name) => server.url(name), inUnit });
      const { code, error } = await bench.migrate();
      assertEquals([code, ((error as Error).cause as Error).message], ["CHANGE_FAILED", "the real cause"]);
      await fail(bench, "off");
      assertEquals(await bench.database.collection("left").countDocuments(), 0);
      await bench.assertAgreement();
      await bench.assertFinished();
    }
  },
);

failPointTest("migrate() goes on where it is not allowed to end the sessions of others", async (server) => {
  let isArmed = false;
  const inUnit = async () => {
    if (!isArmed) await fail(bench, { times: 5 }, "a write conflict without a label", ["update", "killSessions"]);
    isArmed = true;
  };
  await using bench = await FaultBench.open({ sort: "transactional", url: (name) => server.url(name), inUnit });
  const { code, report } = await bench.migrate();
  await fail(bench, "off");
  // Four of the five hit the change, and the one between them the attempt to end those who may hold what it needs.
  assertEquals([code, report?.executed[0]?.attempts], ["done", 5]);
  await bench.assertFinished();
});

/** Has the server fail these commands of the client that has to live with the faults. */
async function fail(
  { database, appName }: FaultBench,
  mode: "off" | { readonly times: number },
  fault: Fault = "no permission",
  failCommands: readonly string[] = [],
): Promise<void> {
  const data = { ...FAULTS[fault], failCommands, appName };
  await database.admin().command({ configureFailPoint: "failCommand", mode, ...(mode !== "off" && { data }) });
}
