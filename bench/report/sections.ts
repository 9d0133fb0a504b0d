import { type Measured, median } from "../measure.ts";
import type { DatabaseKind } from "../databases.ts";
import type { Growth, Scale } from "../scenario.ts";
import { pivot, processTimes, spread, toTable, whole } from "./table.ts";
import { targetsTable } from "./targets.ts";

/** Everything that a benchmark has found out. */
export interface Results {
  readonly machine: {
    readonly deno: string;
    readonly system: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly measuredOn: string;
  };
  readonly scale: Scale;
  readonly measured: readonly Measured[];
  readonly growth: readonly Growth[];
}

/** The tables of a part of `docs/benchmarks.md`, one behind the other; empty when none of it was measured. */
type Section = (results: Results) => string;

/** One table for each kind of database that has something to show. */
function tablesByDatabase(measured: readonly Measured[], table: (of: readonly Measured[], kind: string) => string) {
  return Array.from(Map.groupBy(measured, ({ database }) => database), ([kind, of]) => table(of, kind)).join("\n\n");
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Times of processes, each with its ratio to the first subject of the same column. */
function timesTable(measured: readonly Measured[], what: string, column: (measured: Measured) => string): string {
  return tablesByDatabase(measured, (of, kind) => {
    const bounds = new Map<string, number>();
    for (const each of of) if (!bounds.has(column(each))) bounds.set(column(each), median(processTimes(each)));
    return pivot(of, {
      ...{ corner: `${kind}, ${what}`, column },
      cell(each) {
        const times = processTimes(each);
        const ratio = median(times) / (bounds.get(column(each)) ?? NaN);
        return `${spread(times)} ×${ratio.toFixed(2)}`;
      },
    });
  });
}

function changes({ count }: { readonly count: number }): string {
  return `${whole(count)} changes`;
}

function nearby(results: Results, scenario: string): Measured[] {
  return results.measured.filter((each) => each.scenario === scenario && each.latencyMs === undefined);
}

function farAway(results: Results, scenario: string): string {
  const found = results.measured.filter((each) => each.scenario === scenario && each.latencyMs !== undefined);
  const what = found[0] === undefined ? "" : `${changes(found[0])}, ms`;
  return timesTable(found, what, ({ latencyMs }) => `${latencyMs} ms`);
}

function contentionTable(results: Results): string {
  return tablesByDatabase(nearby(results, "contention"), (of, kind) =>
    pivot(of, {
      corner: `${kind}: doubled, lost, failed; seconds`,
      column: ({ processes }) => processes === 1 ? "1 process" : `${processes} processes at once`,
      cell({ samples, count, processes = 0 }) {
        const sum = (member: "doubled" | "lost" | "failed") =>
          samples.reduce((all, { damage }) => all + (damage?.[member] ?? 0), 0);
        const all = samples.length * count;
        return `${sum("doubled")} of ${all}, ${sum("lost")} of ${all}, ${sum("failed")} of ${
          samples.length * processes
        }; ` +
          whole(median(samples.map(({ processMs }) => processMs / 1_000)));
      },
    }));
}

function handOverTable(results: Results): string {
  return tablesByDatabase(nearby(results, "hand-over"), (of, kind) =>
    toTable(
      [kind, "until all is done, ms", "what the killed one did is there", "the next process"],
      of.map((each) => {
        const sum = (member: "doubled" | "failed") =>
          each.samples.reduce((all, { damage }) => all + (damage?.[member] ?? 0), 0);
        const name = each.subject.startsWith("Denock") ? `**${each.subject}**` : each.subject;
        const times = sum("doubled") === 0 ? "once" : `twice (${sum("doubled")} of ${each.samples.length})`;
        const next = sum("failed") === 0 ? "succeeds" : `fails (${sum("failed")} of ${each.samples.length})`;
        return [name, spread(processTimes(each)), times, next];
      }),
    ));
}

function trafficTable(results: Results): string {
  const found = results.measured.filter(({ scenario }) => scenario.startsWith("traffic"));
  return found.length === 0 ? "" : pivot(found, {
    corner: "MongoDB: commands, bytes of replies",
    column: (each) => `${each.scenario.replace(/^traffic of /, "")}, ${changes(each)}`,
    cell: ({ samples: [sample] }) => `${whole(sample?.commands ?? NaN)}, ${whole(sample?.replyBytes ?? NaN)}`,
  });
}

function memoryTable(results: Results): string {
  const [, , most] = results.scale.executed;
  const found = [...nearby(results, "no-op").filter(({ count }) => count === most), ...nearby(results, "apply")];
  return tablesByDatabase(found, (of, kind) =>
    pivot(of, {
      corner: `${kind}, MB`,
      column: (each) => `${each.scenario}, ${changes(each)}`,
      cell: ({ samples }) => whole(median(samples.map(({ memoryBytes }) => memoryBytes / 1e6))),
    }));
}

function planTables(results: Results): string {
  return ["plan, nothing pending", "plan, all pending"].map((scenario) =>
    tablesByDatabase(nearby(results, scenario), (of, kind) =>
      pivot(of, {
        ...{ corner: `${kind}, ${scenario}, ms of work`, column: changes },
        cell: ({ samples }) => spread(samples.map(({ workMs }) => workMs)),
      }))
  ).filter((table) => table !== "").join("\n\n");
}

function startsTables(results: Results): string {
  const found = results.measured.filter(({ scenario }) =>
    scenario.endsWith("start") || scenario === "start after many"
  );
  const times = tablesByDatabase(found, (of, kind) =>
    pivot(of, {
      corner: `${kind}, ms of work`,
      column: ({ scenario, count }) => scenario === "second start" ? scenario : `start after ${whole(count)} others`,
      cell: ({ samples }) => spread(samples.map(({ workMs }) => workMs)),
    }));
  const growth = results.growth.map(({ database, recorded, entries, dataBytes, fileBytes }) => [
    ...[`${database}, ${recorded}`, entries.toFixed(2), whole(dataBytes), whole(fileBytes)],
  ]);
  const head = ["what one start adds", "entries", "bytes of data", "bytes of files"];
  return joined(times, growth.length === 0 ? "" : toTable(head, growth));
}

function machineList({ machine, scale }: Results): string {
  const { deno, system, cores, memoryGiB, measuredOn } = machine;
  return `Measured on ${measuredOn}: ${cores} cores, ${memoryGiB} GiB of memory, ${system}, Deno ${deno}; ` +
    `${scale.repetitions} repetitions.`;
}

function withTargets(section: string, tables: (results: Results) => string): Section {
  return (results) => joined(tables(results), targetsTable(section, results.measured, results.scale));
}

/** All sections, by the name in their markers. */
export const SECTIONS: Readonly<Record<string, Section>> = {
  machine: machineList,
  "no-op": withTargets("no-op", (results) => timesTable(nearby(results, "no-op"), "no-op, ms", changes)),
  "verified no-op": (results) => timesTable(nearby(results, "verified no-op"), "verified no-op, ms", changes),
  "no-op-latency": (results) => farAway(results, "no-op"),
  traffic: trafficTable,
  apply: withTargets("apply", (results) => timesTable(nearby(results, "apply"), "apply, ms", changes)),
  "apply-latency": (results) => farAway(results, "apply"),
  contention: contentionTable,
  "hand-over": handOverTable,
  memory: memoryTable,
  plan: withTargets("plan", planTables),
  starts: startsTables,
};

/** For the type of a chart: what is measured on each kind of database with the same count. */
export function barsOf(results: Results, scenario: string, count: number): Map<DatabaseKind, Measured[]> {
  return Map.groupBy(nearby(results, scenario).filter((each) => each.count === count), ({ database }) => database);
}
