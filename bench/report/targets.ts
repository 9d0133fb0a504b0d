import { type Measured, median } from "../measure.ts";
import type { DatabaseKind } from "../databases.ts";
import { denockCommandLine, denockTens, denockTogether } from "../subjects/denock.ts";
import type { Scale } from "../scenario.ts";
import { processTimes, toTable } from "./table.ts";

const OWN = "Denock";
const BOUND = "raw client";
const PLAN = "Denock, `plan`";

/** Which cases a target is about. */
interface Selection {
  readonly scenario: string;
  readonly database: DatabaseKind;
  readonly subject: string;
  readonly count: number;
}

/** Something that was promised: how many times more than something else. */
interface Target {
  readonly section: string;
  readonly told: string;
  readonly of: Selection;
  /** The fastest of the others when it has no subject. */
  readonly to: Omit<Selection, "subject"> & { readonly subject?: string };
  readonly most: number;
  /** The time of the work alone; else that of the whole process. */
  readonly ofWork?: true;
}

const KINDS: readonly DatabaseKind[] = ["SQLite", "MongoDB"];

function noOpTargets({ executed }: Scale): Target[] {
  const mongodb = executed.flatMap((count, index): Target[] => {
    const key = { scenario: "no-op", database: "MongoDB", count } as const;
    const of = { ...key, subject: OWN };
    const most = [undefined, 1.1, 1.25][index];
    const bound: Target[] = most === undefined
      ? []
      : [{ section: "no-op", told: `MongoDB, ${count}: to the raw client`, of, to: { ...key, subject: BOUND }, most }];
    return [...bound, { section: "no-op", told: `MongoDB, ${count}: to the fastest peer`, of, to: key, most: 1 }];
  });
  const [few = 1, count = 1] = executed;
  const key = { scenario: "no-op", database: "SQLite", count } as const;
  const told = `SQLite, ${count}: to the fastest peer`;
  const commandLine = KINDS.map((database): Target => {
    const key = { scenario: "no-op", database, count: few } as const;
    const of = { ...key, subject: denockCommandLine[database].name };
    return {
      section: "no-op",
      told: `${database}, ${few}: command line to the raw client`,
      of,
      to: { ...key, subject: BOUND },
      most: 1.3,
    };
  });
  return [...mongodb, { section: "no-op", told, of: { ...key, subject: OWN }, to: key, most: 1 }, ...commandLine];
}

function applyTargets({ pending: [few, many] }: Scale): Target[] {
  const own = (database: DatabaseKind, count: number) => ({ scenario: "apply", database, subject: OWN, count });
  const linear = KINDS.map((database): Target => ({
    ...{ section: "apply", told: `${database}: ${many} to ${few}`, most: 12 },
    ...{ of: own(database, many), to: own(database, few) },
  }));
  const bound = { ...own("MongoDB", few), subject: BOUND };
  const told = `MongoDB, ${few}: to the raw client, with a transaction each as well`;
  const together = { ...own("SQLite", few), subject: denockTogether.SQLite.name };
  return [
    { section: "apply", told, of: own("MongoDB", few), to: bound, most: 1.35 },
    {
      ...{ section: "apply", told: `SQLite, ${few}: with strategy \`run\`, to knex`, most: 1 },
      ...{ of: together, to: { ...together, subject: "knex 3.3.0" } },
    },
    {
      ...{ section: "apply", told: `MongoDB, ${few}: ten a transaction, to the raw client with one each`, most: 0.6 },
      ...{ of: { ...own("MongoDB", few), subject: denockTens.MongoDB.name }, to: bound },
    },
    ...linear,
  ];
}

function planTargets({ pending: [few, many] }: Scale): Target[] {
  return KINDS.flatMap((database): Target[] => {
    const executed = (subject: string, count: number) => ({
      scenario: "plan, nothing pending",
      database,
      subject,
      count,
    });
    const pending = (count: number) => ({ scenario: "plan, all pending", database, subject: PLAN, count });
    return [
      ...[few, many].map((count): Target => ({
        ...{ section: "plan", told: `${database}, ${count} executed: to reading, hashing and one query`, most: 1.5 },
        ...{ of: executed(PLAN, count), to: executed("reading, hashing, one query", count), ofWork: true },
      })),
      {
        ...{ section: "plan", told: `${database}, all pending: ${many} to ${few}`, most: 12 },
        ...{ of: pending(many), to: pending(few), ofWork: true },
      },
    ];
  });
}

/** What was promised in a section, and what was measured. */
export function targetsTable(section: string, measured: readonly Measured[], scale: Scale): string {
  const targets = [...noOpTargets(scale), ...applyTargets(scale), ...planTargets(scale)];
  const rows = targets.filter((target) => target.section === section).flatMap((target) => {
    const { told, most } = target;
    const [of, to] = [timeOf(target.of, target, measured), timeOf(target.to, target, measured)];
    if (Number.isNaN(of / to)) return [];
    return [[told, (of / to).toFixed(2), String(most), of / to <= most ? "yes" : "**no**"]];
  });
  return rows.length === 0 ? "" : toTable(["ratio of medians", "measured", "at most", "holds"], rows);
}

function timeOf(selection: Target["to"], { ofWork }: Target, measured: readonly Measured[]): number {
  const isAsked = (each: Measured) =>
    each.scenario === selection.scenario && each.database === selection.database && each.count === selection.count &&
    each.latencyMs === undefined;
  const isPeer = ({ subject }: Measured) => !subject.startsWith(OWN) && subject !== BOUND;
  const times = measured.filter((each) =>
    isAsked(each) && (selection.subject === undefined ? isPeer(each) : each.subject === selection.subject)
  ).map((each) => median(ofWork === true ? each.samples.map(({ workMs }) => workMs) : processTimes(each)));
  return times.length === 0 ? NaN : Math.min(...times);
}
