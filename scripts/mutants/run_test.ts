/** How a test ended; a test that a filter finds nowhere is `missing`. */
export type TestEnd = "passed" | "failed" | "timed out" | "missing";

/** Which tests to run, where, and for how long. */
export interface TestRun {
  /** The folder of the tree. */
  readonly folder: string;
  /** The test file. */
  readonly file: string;
  /** The names of the tests. */
  readonly tests: readonly string[];
  /** The time limit, in milliseconds. */
  readonly limitMs: number;
}

/** Runs tests of one file by name and says how each ended. Types are not checked: a mutant need not have any. */
export async function runTests({ folder, file, tests, limitMs }: TestRun): Promise<ReadonlyMap<string, TestEnd>> {
  const report = await Deno.makeTempFile({ prefix: "denock-mutants-", suffix: ".xml" });
  try {
    const filter = `--filter=/^(${tests.map((test) => RegExp.escape(test)).join("|")})$/`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", `--junit-path=${report}`, filter, file],
      cwd: folder,
      stdout: "null",
      stderr: "null",
      env: { CI: "true" },
    }).spawn();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, limitMs);
    const { success } = await child.status;
    clearTimeout(timer);
    const text = await Deno.readTextFile(report);
    // An error that nobody has caught ends the whole file, and the report has no failure of it.
    const isBroken = !success && !isLate && !text.includes("<failure");
    return new Map(tests.map((test) => {
      const end = endOf(text, test, isLate);
      return [test, end === "passed" && isBroken ? "failed" : end];
    }));
  } finally {
    await Deno.remove(report);
  }
}

function endOf(report: string, test: string, isLate: boolean): TestEnd {
  const start = report.indexOf(`<testcase name="${escapeXml(test)}"`);
  if (start < 0) return isLate ? "timed out" : "missing";
  const [found = ""] = report.slice(start).split("</testcase>", 1);
  // A test that a filter left out is in the report as well, but without a time.
  if (!/^[^>]* time="/.test(found)) return "missing";
  return found.includes("<failure") ? "failed" : "passed";
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
