import { join } from "@std/path";

/** A trivial change unit for each kind of database. */
const TEXTS: Readonly<Record<DatabaseKind, (number: number) => string>> = {
  SQLite: (number) =>
    `export const author = "bench";\n` +
    `export const execution = ({ db }) => db.prepare("INSERT INTO items VALUES (?)").run(${number});\n` +
    `export const rollbackExecution = ({ db }) => db.exec("DELETE FROM items WHERE number = ${number}");\n`,
  MongoDB: (number) =>
    `export const author = "bench";\n` +
    `export const execution = ({ db }) => db.collection("items").insertOne({ _id: ${number} });\n` +
    `export const rollbackExecution = ({ db }) => db.collection("items").deleteOne({ _id: ${number} });\n`,
};

/** The databases that are measured. */
export type DatabaseKind = "SQLite" | "MongoDB";

/** A folder with change units, which goes with everything in it. */
export interface UnitsFolder extends AsyncDisposable {
  readonly path: string;
}

/** The name of the file of a change unit. */
export function fileNameOf(number: number): string {
  return `${String(number).padStart(6, "0")}_unit_${number}.ts`;
}

/** The text of a change unit; one that runs always does the same, over and over. */
export function textOf(kind: DatabaseKind, number: number, runsAlways = false): string {
  if (!runsAlways) return TEXTS[kind](number);
  const execution = kind === "SQLite"
    ? `db.exec("INSERT OR REPLACE INTO items VALUES (${number})")`
    : `db.collection("items").replaceOne({ _id: ${number} }, {}, { upsert: true })`;
  return `export const author = "bench";\nexport const runAlways = true;\n` +
    `export const execution = ({ db }) => ${execution};\n` +
    `export const rollbackExecution = () => {};\n`;
}

/** Writes a folder with `count` change units; the last one may run always. */
export async function makeFolder(
  kind: DatabaseKind,
  count: number,
  options: { readonly lastRunsAlways?: boolean } = {},
): Promise<UnitsFolder> {
  const path = await Deno.makeTempDir({ prefix: "denock-bench-" });
  for (let number = 1; number <= count; number++) {
    const runsAlways = options.lastRunsAlways === true && number === count;
    Deno.writeTextFileSync(join(path, fileNameOf(number)), textOf(kind, number, runsAlways));
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
