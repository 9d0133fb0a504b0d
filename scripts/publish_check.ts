/**
 * Tries the publication, prints the files that would be published, and fails when one does not belong there.
 *
 * `deno publish` refuses a package that holds linked packages (see scripts/offline.ts), so the trial runs on a copy in a
 * temporary folder: a workspace with the links at its root and the package as its only member.
 *
 * @module
 */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const notCopied = new Set([".git", ".offline", ".cache", ".data", "coverage", "node_modules"]);
const published = /^(deno\.json|mod\.ts|src\/.+\.ts|README\.md|CHANGELOG\.md|LICENSE)$/;

/** Copies the working tree as it is, committed or not; `.gitignore` goes along and keeps ignored files out. */
async function stagePackage(stage: string): Promise<void> {
  const filter = (path: string) => !notCopied.has(basename(path));
  await cp(root, join(stage, "package"), { recursive: true, filter });
  await cp(join(root, ".offline"), join(stage, ".offline"), { recursive: true }).catch(() => {});

  // These belong to the root of a workspace.
  const { links, lock, nodeModulesDir, ...member } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const workspace = { workspace: ["./package"], links, lock, nodeModulesDir };
  await Deno.writeTextFile(join(stage, "deno.json"), JSON.stringify(workspace));
  await Deno.writeTextFile(join(stage, "package", "deno.json"), JSON.stringify(member));
}

/** What `deno publish` says, without colours. */
async function tryPublication(stage: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: join(stage, "package"),
    env: { NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (success) return output;
  console.error(output);
  throw new Error("`deno publish --dry-run` failed");
}

// mkdtemp of Deno itself would give a path that may hold a symbolic link, which the listed URLs would not show.
const stage = await Deno.realPath(await mkdtemp(join(tmpdir(), "denock-publish-")));
try {
  await stagePackage(stage);
  const output = await tryPublication(stage);
  const files = [...output.matchAll(/^\s+(file:\/\/\S+) \(/gm)]
    .map(([, url]) => fileURLToPath(url ?? "").slice(join(stage, "package").length + 1).replaceAll("\\", "/"))
    .sort();
  console.log(files.join("\n"));
  const strangers = files.filter((file) => !published.test(file));
  if (strangers.length > 0) throw new Error(`Files that must not be published: ${strangers.join(", ")}`);
  if (!files.includes("mod.ts")) throw new Error("No list of files in the output of `deno publish`");
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  Deno.exitCode = 1;
} finally {
  await rm(stage, { recursive: true, force: true });
}
