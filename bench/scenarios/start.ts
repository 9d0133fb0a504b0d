import { type BenchDatabase, type DatabaseKind, makeDatabase, type Place } from "../databases.ts";
import type { Measurement } from "../measure.ts";
import { NetworkProxy } from "../network_proxy.ts";
import type { ProgramRequest } from "../programs/program.ts";
import { runProgram } from "../run_program.ts";
import type { Subject } from "../subject.ts";
import { denock, denockTens, denockTogether } from "../subjects/denock.ts";
import { mikroOrmEach, peers } from "../subjects/peers.ts";
import { raw } from "../subjects/raw.ts";
import { makeFolder, type UnitsFolder, unitsOf } from "../units_folder.ts";

/** Everybody for one kind of database, the bound first. */
export function subjectsOn(kind: DatabaseKind): Subject[] {
  return [raw[kind], denock[kind], ...peers.filter(({ databases }) => databases.includes(kind))];
}

/** Everybody, and the other ways to use some of them; with its lock, migrate-mongo fails now and then as it closes. */
export function allSubjectsOn(kind: DatabaseKind): Subject[] {
  const more = kind === "MongoDB" ? [mikroOrmEach] : [];
  return [...subjectsOn(kind), denockTens[kind], denockTogether[kind], ...more];
}

/** A database in which everything is executed, and the folder that goes with it. */
export interface Settled {
  readonly database: BenchDatabase;
  readonly folder: UnitsFolder;
}

/** Makes a database in which all changes of a subject are executed. */
export async function settle(
  place: Place,
  options: { readonly subject: Subject; readonly count: number; readonly stack: AsyncDisposableStack },
): Promise<Settled> {
  const { subject, count, stack } = options;
  const database = stack.use(await makeDatabase(place));
  const folder = stack.use(await makeFolder(unitsOf(subject, place.kind, { count })));
  await subject.seed(database, folder.units);
  return { database, folder };
}

/** How a start is made. */
export interface Start {
  readonly subject: Subject;
  readonly count: number;
  readonly work?: ProgramRequest["work"];
  /** Where the server seems to be; without it there is nothing in between. */
  readonly latencyMs?: number;
}

/** Starts a subject where nothing is pending, and sees that it did nothing. */
export async function startSettled({ database, folder }: Settled, start: Start): Promise<Measurement> {
  const measurement = await run(database, folder, start);
  if (measurement.count !== undefined && measurement.count !== 0) {
    throw new Error(`${start.subject.name} has executed ${measurement.count} changes where nothing was pending`);
  }
  if ((await database.effects()).size > 0) throw new Error(`${start.subject.name} has executed what is executed`);
  return measurement;
}

/** Starts a subject where everything is pending, in files and a database that nobody has seen, and sees that all was done. */
export async function startPending(place: Place, start: Start): Promise<Measurement> {
  const { subject, count } = start;
  await using database = await makeDatabase(place);
  await using folder = await makeFolder(unitsOf(subject, place.kind, { count }));
  await waitForDisk();
  const measurement = await run(database, folder, start);
  const effects = await database.effects();
  const once = effects.values().filter((times) => times === 1).toArray().length;
  const records = await database.count(subject.records) - (subject.otherRecords ?? 0);
  if (once !== count || effects.size !== count || records !== count) {
    throw new Error(`${subject.name} has executed ${once} of ${count} changes once and recorded ${records}`);
  }
  return measurement;
}

/** What was just written has reached the disk; else whoever waits for that in a measurement would wait for these files, too. */
export async function waitForDisk(): Promise<void> {
  await new Deno.Command("sync").output();
}

async function run(database: BenchDatabase, folder: UnitsFolder, start: Start): Promise<Measurement> {
  const { subject, count, work = "migrate", latencyMs } = start;
  const request = { ...subject.settings, work, database: database.kind, count, folder: folder.path };
  if (latencyMs === undefined) return await runProgram(subject.program, { ...request, url: database.url });
  await using proxy = new NetworkProxy(database.url, { latencyMs });
  const sample = await runProgram(subject.program, { ...request, url: proxy.through(database.url) });
  return { ...sample, commands: proxy.commands.length, replyBytes: proxy.replyBytes };
}
