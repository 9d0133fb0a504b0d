import { join } from "@std/path/join";
import { compareOrders } from "../../change_unit/order.ts";
import { PlanError } from "../../errors.ts";
import { duplicateOrder } from "../../plan/problems.ts";
import type { Problem } from "../../report.ts";
import { FolderSource } from "../../source/folder_source.ts";
import type { SourceListing } from "../../source/source.ts";
import {
  compareManifest,
  isManifest,
  MANIFEST_FILE,
  type ManifestDifference,
  writeManifest,
} from "../../source/write_manifest.ts";
import { type CommandResult, defineCommand } from "../command.ts";
import { flag } from "../option.ts";
import { readIfThere, replaceFile } from "../text_file.ts";
import { UsageError } from "../usage_error.ts";
import { announce } from "../with_runner.ts";
import { changeUnits } from "../words.ts";

const MEANINGS: Readonly<Record<ManifestDifference["what"], (file: string) => string>> = {
  added: (file) => `${file} is not in it`,
  edited: (file) => `${file} was edited since`,
  removed: (file) => `${file} is in it, and no longer in the folder`,
  rewritten: () => "its text is not what `denock manifest` writes",
};

/** The folder has problems, so that there is no manifest to write or to compare. */
class FolderProblemsError extends PlanError {
  constructor(folder: string, problems: readonly Problem[]) {
    super(problems);
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    this.message = `Nothing was written because the folder ${folder} has ${count}`;
  }
}

/** The manifest does not fit the folder. It brings its own remedy, and the exit code of a refusal. */
class StaleManifestError extends UsageError {
  override readonly code = "PLAN_HAS_PROBLEMS";
}

/** `denock manifest`: writes the change units of the folder into a module of literal imports, or looks whether it is current. */
export const manifest = defineCommand({
  name: "manifest",
  description: "Write manifest.ts into the folder, for programs that cannot read the folder",
  options: { check: flag("only compare, write nothing, and exit with 3 when it is missing or stale") },
  examples: ["denock manifest --migrations ./migrations", "denock manifest --check"],
  async run(session, { check }) {
    const folder = session.settings.migrations;
    announce(session, `${folder} without a database`);
    const listing = await new FolderSource(folder).list();
    const problems = [...listing.problems, ...findDuplicates(listing)];
    if (problems.length > 0) throw new FolderProblemsError(folder, problems);
    const path = join(folder, MANIFEST_FILE);
    const before = await readIfThere(path);
    const differences = before === undefined ? [] : compareManifest(before, listing);
    const found = before === undefined ? "missing" : differences.length === 0 ? "current" : "stale";
    const comparison: Comparison = { path, changes: listing.changes.length, found, differences };
    if (check || found === "current") return tell(comparison);
    refuseForeign(path, before ?? "");
    await replaceFile(path, writeManifest(listing));
    return written(comparison);
  },
});

interface Comparison {
  readonly path: string;
  /** How many change units there are. */
  readonly changes: number;
  /** What the manifest was before anything was written. */
  readonly found: "missing" | "current" | "stale";
  readonly differences: readonly ManifestDifference[];
}

function tell(comparison: Comparison): CommandResult {
  const { path, changes, found, differences } = comparison;
  const document = { manifest: { ...comparison, written: false } };
  if (found === "current") {
    return { outcome: "current", document, text: `${path} is current: ${changeUnits(changes)}` };
  }
  const remedies = ["Make it again: the same command without --check"];
  const error = new StaleManifestError(`${path} is ${found}${renderDifferences(differences)}`, remedies);
  return { outcome: found, document, text: "", error };
}

function written(comparison: Comparison): CommandResult {
  const { path, changes, differences } = comparison;
  return {
    outcome: "written",
    document: { manifest: { ...comparison, written: true } },
    text: `Written: ${path} with ${changeUnits(changes)}${renderDifferences(differences)}`,
  };
}

function renderDifferences(differences: readonly ManifestDifference[]): string {
  return differences.length === 0
    ? ""
    : [":", ...differences.map(({ file, what }) => `  ${MEANINGS[what](file)}`)].join("\n");
}

/** Somebody may have a module of that name for something else. */
function refuseForeign(path: string, text: string): void {
  if (text.trim() === "" || isManifest(text)) return;
  const message = `"${path}" was not written by denock manifest, and is not overwritten`;
  throw new UsageError(message, ["Move it away, or delete it, and run again"]);
}

/** A plan finds these as well, but a manifest is no place to put off a complaint. */
function findDuplicates({ changes }: SourceListing): Problem[] {
  const sorted = changes.toSorted((left, right) => compareOrders(left.order, right.order));
  return sorted.flatMap((change, index) => {
    const before = sorted[index - 1];
    return before !== undefined && compareOrders(before.order, change.order) === 0
      ? [duplicateOrder(before, change)]
      : [];
  });
}
