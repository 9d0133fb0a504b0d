import { fromFileUrl, join } from "@std/path";
import type { ProgramReport, ProgramRequest } from "./programs/program.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));
const SETTINGS_FOLDER = join(ROOT, ".cache", "bench");
const SETTINGS = join(SETTINGS_FOLDER, "deno.json");
/** Longer than anything should take. */
const PATIENCE_MS = 600_000;

/** What one process took. */
export interface Sample extends ProgramReport {
  /** From its start to its end, as its parent saw it, in milliseconds. */
  readonly processMs: number;
}

/**
 * Writes the settings that all programs run with, and has Deno fetch the packages of all subjects. They have a lock file of
 * their own, so that no subject spends time on finding out which versions it needs.
 */
export async function prepareSettings(): Promise<void> {
  const { imports, links } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const packages = JSON.parse(await Deno.readTextFile(new URL("./packages.json", import.meta.url)));
  const settings = {
    imports: { "@std/path": imports["@std/path"], commander: imports.commander, ...packages },
    links: links.map((link: string) => join("..", "..", link)),
    nodeModulesDir: "none",
  };
  await Deno.mkdir(SETTINGS_FOLDER, { recursive: true });
  await Deno.writeTextFile(SETTINGS, JSON.stringify(settings, null, 2));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--config", SETTINGS],
    cwd: SETTINGS_FOLDER,
  }).output();
  if (!success) throw new Error(`The packages cannot be had: ${new TextDecoder().decode(stderr)}`);
}

/** A process that has been started. */
export interface RunningProgram {
  kill(): void;
  /** How it ended: what it took, or what it said when it failed. */
  readonly ended: Promise<Sample | { readonly failure: string }>;
}

/** Starts a program in a process of its own. */
export function startProgram(
  program: string,
  request: ProgramRequest,
  environment: Readonly<Record<string, string>> = {},
): RunningProgram {
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", SETTINGS, programPath(program), JSON.stringify(request)],
    env: { NO_COLOR: "1", ...environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).spawn();
  const ended = child.output().then(({ success, stdout, stderr }) => {
    const processMs = performance.now() - startedAt;
    if (!success) return { failure: new TextDecoder().decode(stderr) };
    const last = new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? "";
    return { ...JSON.parse(last), processMs };
  });
  return { kill: () => child.kill("SIGKILL"), ended };
}

/** Runs a program to its end. */
export async function runProgram(program: string, request: ProgramRequest): Promise<Sample> {
  const ended = await startProgram(program, request).ended;
  if ("failure" in ended) throw new Error(`${program} has failed: ${ended.failure}`);
  return ended;
}

function programPath(program: string): string {
  return fromFileUrl(new URL(`./programs/${program}`, import.meta.url));
}
