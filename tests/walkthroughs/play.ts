import { assertEquals } from "@std/assert";
import { finish, ROOT, WorkFolder } from "../cli/denock.ts";
import { join } from "@std/path";
import type { CommandStep, Walkthrough } from "./walkthrough.ts";

/** Where a walkthrough really takes place, beside where its page says. */
export interface Place {
  /** The URL of the database, as the page has it. */
  readonly documented: string;
  /** The URL of a database of the test's own. */
  readonly real: string;
}

/** Where a page says that its reader is. */
const HOME = "/home/ann/shop";

/** Does what a section tells its reader to do, in an empty folder, and compares what is printed. */
export async function play({ steps }: Walkthrough, place?: Place): Promise<void> {
  await using folder = await WorkFolder.make();
  for (const step of steps) {
    if (step.kind === "file") await folder.write(step.path, atHome(step.text, place));
    else await type(folder, step, place);
  }
}

async function type(folder: WorkFolder, step: CommandStep, place?: Place): Promise<void> {
  const { words, environment, exitCode, output } = step;
  const real = words.map((word) => atHome(word, place));
  const args = isFileCommand(real) ? real : [Deno.execPath(), ...argumentsOf(real, await folder.has(".env"))];
  // A reader sees both streams, as they come.
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$@" 2>&1', "sh", ...args],
    cwd: folder.path,
    clearEnv: true,
    env: { ...ofOthers(), NO_COLOR: "1", ...environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout } = await finish(child);
  const printed = asDocumented(stdout.replaceAll(folder.path, HOME), place);
  assertEquals(code, exitCode, `${words.join(" ")} exits with ${code}:\n${printed}`);
  if (!matches(output.map(withoutMeasures), printed.trimEnd().split("\n").map(withoutMeasures))) {
    assertEquals(printed.trimEnd(), output.join("\n"), `${words.join(" ")} prints something else`);
  }
}

/** What the tests were started with has no say in a walkthrough. */
function ofOthers(): Record<string, string> {
  const others = Object.entries(Deno.env.toObject()).filter(([name]) => !/^DENOCK_|^FORCE_COLOR$/.test(name));
  return Object.fromEntries(others);
}

/** What moves files about in the folder of the walkthrough. */
function isFileCommand([first = ""]: readonly string[]): boolean {
  return ["cp", "mv", "rm"].includes(first);
}

/** What a reader has installed as `denock` or made a task is the command line of this repository here. */
function argumentsOf([first = "", ...words]: readonly string[], hasEnvironment: boolean): string[] {
  const config = `--config=${join(ROOT, "deno.json")}`;
  const denock = ["run", "--quiet", "--no-prompt", config, "-A", join(ROOT, "src", "cli", "main.ts")];
  // The task that `init` makes reads it.
  const environment = hasEnvironment ? ["--env-file=.env"] : [];
  if (first === "denock") return [...denock, ...words];
  if (first === "deno" && words[0] === "task" && words[1] === "denock") {
    return [...denock.slice(0, 1), ...environment, ...denock.slice(1), ...words.slice(2)];
  }
  if (first === "deno" && words[0] === "run") return ["run", "--quiet", "--no-prompt", config, ...words.slice(1)];
  throw new TypeError(`A walkthrough cannot run "${first} ${words.join(" ")}"`);
}

function atHome(text: string, place: Place | undefined): string {
  return place === undefined ? text : text.replaceAll(place.documented, place.real);
}

/** What the page shows of a URL is what the command line shows of it: nothing behind the name of the database. */
function asDocumented(text: string, place: Place | undefined): string {
  if (place === undefined) return text;
  const shown = (url: string) => url.replace(/\?.*$/, "").replace(/\/\/[^@/]*@/, "//");
  return text.replaceAll(shown(place.real), shown(place.documented));
}

/** Times and ids differ from run to run, and with them the width of columns. */
function withoutMeasures(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>")
    .replace(/<id> on [\w.-]+/g, "<id> on <host>")
    .replace(/\b\d+(?:\.\d+)? m?s\b/g, "<duration>")
    .replace(/sha256:[0-9a-f]{64}/g, "<digest>")
    .replace(/"executionMillis": \d+/, '"executionMillis": <ms>')
    .replace(/"executionHostname": ".*"/, '"executionHostname": "<host>"')
    .replace(/(EXECUTED|ROLLED_BACK|FAILED)( +)\d+( +\d+)?$/, "$1 <numbers>")
    .replace(/(<time>) +\d+/, "$1 <ms>")
    .replace(/ {2,}/g, "  ").replace(/-{3,}/g, "---").trimEnd();
}

/** `…` on a line of its own stands for any number of lines. */
function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return actual.length === 0 || (actual.length === 1 && actual[0] === "");
  if (first === "…") return actual.some((_, index) => matches(rest, actual.slice(index))) || matches(rest, []);
  return actual[0] === first && matches(rest, actual.slice(1));
}
