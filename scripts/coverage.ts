/**
 * Branch coverage: which branches of the source no test has taken, out of the LCOV report of `deno coverage`.
 *
 * @module
 */

/** A part of the source, and how much of it tests must reach. */
export interface CoveragePart {
  /** What it is called. */
  readonly name: string;
  /** The beginnings of the paths that belong to it. */
  readonly under: readonly string[];
  /** Beginnings of paths that do not. */
  readonly except?: readonly string[];
  /** How many of a hundred branches have to be taken. */
  readonly atLeastPercent: number;
}

/** How much of a part tests have reached. */
export interface MeasuredPart {
  readonly part: CoveragePart;
  /** How many branches it has; none means that nothing of it was measured. */
  readonly branches: number;
  /** The branches that no test has taken, as `file:line`. */
  readonly missed: readonly string[];
}

/** What the gate asks for. */
export const COVERAGE_PARTS: readonly CoveragePart[] = [
  { name: "src/run", under: ["src/run/"], atLeastPercent: 100 },
  { name: "src/plan", under: ["src/plan/"], atLeastPercent: 100 },
  { name: "src/history", under: ["src/history/"], atLeastPercent: 100 },
  { name: "src without src/cli", under: ["src/"], except: ["src/cli/", "src/testing/"], atLeastPercent: 95 },
];

/** The folders whose tests are measured: cheap ones, which are enough to reach the limits. */
export const MEASURED_TESTS: readonly string[] = [
  "tests/change_unit",
  "tests/drivers",
  "tests/history",
  "tests/plan",
  "tests/run",
  "tests/source",
  "tests/sql_files",
];

interface Branch {
  /** The path from the root of the project. */
  readonly file: string;
  readonly line: number;
  readonly isTaken: boolean;
}

/** Counts the branches of each part in a report in the format of LCOV; `root` is the folder of the project. */
export function measureCoverage(lcov: string, root: string, parts: readonly CoveragePart[]): MeasuredPart[] {
  const branches = readBranches(lcov, root);
  return parts.map((part) => {
    const startsWith = (file: string, beginnings: readonly string[] = []) =>
      beginnings.some((each) => file.startsWith(each));
    const own = branches.filter(({ file }) => startsWith(file, part.under) && !startsWith(file, part.except));
    const missed = own.filter(({ isTaken }) => !isTaken).map(({ file, line }) => `${file}:${line}`);
    return { part, branches: own.length, missed };
  });
}

/** `SF:` begins a file, and `BRDA:line,block,branch,times` is one of its branches; `-` means that it was never come to. */
function readBranches(lcov: string, root: string): Branch[] {
  const branches: Branch[] = [];
  let file = "";
  for (const line of lcov.split("\n")) {
    const [, name, value = ""] = /^(SF|BRDA):(.*)$/.exec(line.trimEnd()) ?? [];
    if (name === "SF") {
      file = value.replaceAll("\\", "/").replace(`${root.replaceAll("\\", "/").replace(/\/$/, "")}/`, "");
    }
    if (name !== "BRDA") continue;
    const [at, , , times] = value.split(",");
    branches.push({ file, line: Number(at), isTaken: times !== "0" && times !== "-" });
  }
  return branches;
}

/** Whether tests have reached as much of a part as they must. */
export function isReached({ part, branches, missed }: MeasuredPart): boolean {
  return branches > 0 && 100 * (branches - missed.length) >= part.atLeastPercent * branches;
}

/** Tells of a part in one line, and under one that is not reached each branch that no test has taken. */
export function renderCoverage(measured: MeasuredPart): string {
  const { part: { name, atLeastPercent }, branches, missed } = measured;
  // Cut and not rounded, so that 100 % is said of nothing less.
  const percent = branches === 0 ? 0 : Math.floor(1_000 * (branches - missed.length) / branches) / 10;
  const line = `Coverage of ${name}: ${isReached(measured) ? "ok" : "FAILED"} ` +
    `(${percent} % of ${branches} branches, at least ${atLeastPercent} %)`;
  return [line, ...(isReached(measured) ? [] : missed.map((branch) => `  no test takes a branch at ${branch}`))].join(
    "\n",
  );
}

/** Makes a report of what tests have left in a folder. */
export async function reportCoverage(folder: string, root: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["coverage", "--lcov", folder],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`There is no report of the coverage: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
