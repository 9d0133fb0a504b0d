import { type Measured, median } from "./measure.ts";
import { COUNTS, type Growth, nameOf } from "./scenarios.ts";

const [FEW, MANY] = COUNTS;

/** Something that was promised: how many times more than something else. */
interface Target {
  readonly told: string;
  readonly of: string;
  readonly to: string;
  readonly most: number;
}

const TARGETS: readonly Target[] = (["SQLite", "MongoDB"] as const).flatMap((kind): Target[] => [
  {
    told: `${kind}: \`plan\` of ${MANY} with nothing pending to reading, hashing and one query`,
    of: nameOf(kind, "plan", MANY),
    to: nameOf(kind, "floor", MANY),
    most: 1.5,
  },
  {
    told: `${kind}: the same with ${FEW}`,
    of: nameOf(kind, "plan", FEW),
    to: nameOf(kind, "floor", FEW),
    most: 1.5,
  },
  {
    told: `${kind}: first import of ${MANY} to ${FEW}, planned`,
    of: nameOf(kind, "plan of pending units", MANY),
    to: nameOf(kind, "plan of pending units", FEW),
    most: 12,
  },
  {
    told: `${kind}: first import of ${MANY} to ${FEW}, executed`,
    of: nameOf(kind, "migrate of pending units", MANY),
    to: nameOf(kind, "migrate of pending units", FEW),
    most: 12,
  },
]);

/** Medians and spread of everything that was measured. */
export function samplesTable(measured: readonly Measured[]): string {
  return toTable(
    ["scenario", "work, ms", "from – to", "process, ms", "memory, MB"],
    measured.map(({ name, samples }) => {
      const work = samples.map(({ workMs }) => workMs);
      return [
        name,
        told(median(work)),
        `${told(Math.min(...work))} – ${told(Math.max(...work))}`,
        told(median(samples.map(({ processMs }) => processMs))),
        told(median(samples.map(({ memoryBytes }) => memoryBytes / 1e6))),
      ];
    }),
  );
}

/** What was promised, and what was measured. */
export function targetsTable(measured: readonly Measured[]): string {
  const medians = new Map(measured.map(({ name, samples }) => [name, median(samples.map(({ workMs }) => workMs))]));
  const rows = TARGETS.flatMap((target) => {
    const [of, to] = [medians.get(target.of), medians.get(target.to)];
    if (of === undefined || to === undefined) return [];
    const times = of / to;
    return [[target.told, times.toFixed(2), String(target.most), times <= target.most ? "yes" : "**no**"]];
  });
  return rows.length === 0 ? "" : toTable(["ratio of medians", "measured", "at most", "holds"], rows);
}

/** What one start leaves behind. */
export function growthTable(growth: readonly Growth[]): string {
  return toTable(
    ["database", "entries a start", "bytes of data a start", "bytes of files a start"],
    growth.map((each) => [
      each.name,
      each.entriesPerStart.toFixed(2),
      each.dataBytesPerStart.toFixed(0),
      each.fileBytesPerStart.toFixed(0),
    ]),
  );
}

function told(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, head.map((_, index) => index === 0 ? "---" : "---:"), ...rows];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
