import { assertEquals } from "@std/assert";
import { type MongodbServer, mongodbTest } from "../mongodb_server.ts";
import { FaultBench, type Sort } from "./fault_bench.ts";
import { MongodbProxy, type WireFault, type WireFaultKind } from "./mongodb_proxy.ts";

/** What an execution of two change units sends, and the first command of each sort that a fault can hit. */
const POINTS = {
  "the read of the history": { commands: ["find"] },
  "the request for the lease": { commands: ["findAndModify"] },
  "the RUN entry": { commands: ["insert"] },
  "the first entry of a change unit": { commands: ["insert"], skip: 1 },
  "the last entry": { commands: ["insert"], skip: 4 },
  "the entry of the second change unit": { commands: ["insert"], skip: 2 },
  "the change itself": { commands: ["update"] },
  "the second change": { commands: ["update"], skip: 1 },
  "the commit": { commands: ["commitTransaction"] },
  "the second commit": { commands: ["commitTransaction"], skip: 1 },
  "the release of the lease": { commands: ["update"], skip: 2 },
} as const;

type Point = keyof typeof POINTS;

const EVERYWHERE: readonly Point[] = [
  "the read of the history",
  "the request for the lease",
  "the RUN entry",
  "the first entry of a change unit",
  "the entry of the second change unit",
  "the change itself",
  "the second change",
  "the release of the lease",
];

const POINTS_OF: Readonly<Record<Sort, readonly Point[]>> = {
  "transactional": [...EVERYWHERE, "the commit", "the second commit"],
  "non-transactional": [...EVERYWHERE, "the last entry"],
};

/** How often a fault strikes. What strikes once only is mended by the client itself, or costs a transaction an attempt. */
const TIMES = { once: 1, twice: 2 } as const;

interface Expectation {
  readonly kinds: readonly WireFaultKind[];
  readonly times: readonly (keyof typeof TIMES)[];
  /** Where an execution does not end well by itself, and how it ends instead. */
  readonly endings: Readonly<Record<Sort, { readonly [point in Point]?: string }>>;
}

/** A server that was never reached is likely to be a wrong address: the first read is not tried for long. */
const UNREACHABLE = { "the read of the history": "DATABASE_UNREACHABLE" } as const;
/** Whether a change was made cannot be known without a transaction: it stays open. */
const OPEN = { "the change itself": "CHANGE_FAILED", "the second change": "CHANGE_FAILED" } as const;

const EXPECTATIONS: readonly Expectation[] = [
  {
    kinds: ["cut before", "cut after", "reset in reply"],
    times: ["once"],
    endings: { "transactional": {}, "non-transactional": {} },
  },
  {
    kinds: ["cut before", "cut after", "reset in reply"],
    times: ["twice"],
    endings: { "transactional": UNREACHABLE, "non-transactional": { ...UNREACHABLE, ...OPEN } },
  },
  {
    kinds: ["swallow request", "swallow reply"],
    times: ["once"],
    endings: { "transactional": UNREACHABLE, "non-transactional": UNREACHABLE },
  },
  {
    kinds: ["delay", "split"],
    times: ["once"],
    endings: { "transactional": {}, "non-transactional": {} },
  },
];

/** How long to wait for an answer where one never comes, in milliseconds. */
const SILENCE_MS = 700;

interface Scenario {
  readonly name: string;
  readonly sort: Sort;
  readonly fault: WireFault;
  readonly ending: string;
}

for (const { kinds, times, endings } of EXPECTATIONS) {
  for (const kind of kinds) {
    for (const sort of ["transactional", "non-transactional"] as const) {
      const scenarios = times.flatMap((often) =>
        POINTS_OF[sort].map((point): Scenario => ({
          name: `${kind} ${often} at ${point}`,
          sort,
          fault: { kind, ...POINTS[point], times: TIMES[often] },
          ending: endings[sort][point] ?? "done",
        }))
      );
      mongodbTest(
        `migrate() of ${sort} change units behind a connection with the fault "${kind}" ${times} ends as it should`,
        async (server) => {
          const wrong = await Promise.all(scenarios.map((scenario) => tryOut(server, scenario)));
          assertEquals(wrong.flat(), []);
        },
      );
    }
  }
}

/** Says what was wrong; nothing when all went as it should. */
async function tryOut(server: MongodbServer, { name, sort, fault, ending }: Scenario): Promise<string[]> {
  await using proxy = await MongodbProxy.open(server.uri);
  const isSilent = fault.kind.startsWith("swallow");
  // Only what change units send themselves is left to the client: its time-out is what its owner chooses.
  const options = isSilent && fault.commands[0] === "update" ? `&socketTimeoutMS=${SILENCE_MS}` : "";
  await using bench = await FaultBench.open({
    sort,
    url: (databaseName) => server.url(databaseName),
    faultyUrl: (databaseName) => proxy.url(databaseName, options),
    ...(isSilent && { requestMs: SILENCE_MS }),
  });
  proxy.break(fault);
  try {
    const { code, error } = await bench.migrate();
    assertEquals(code, ending, String(error));
    assertEquals(proxy.struck, fault.times);
    await bench.assertAgreement();
    await bench.assertFinished();
    return [];
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : error}`];
  }
}
