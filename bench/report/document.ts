import { fromFileUrl } from "@std/path";
import { drawChart } from "./chart.ts";
import { barsOf, type Results, SECTIONS } from "./sections.ts";
import { whole } from "./table.ts";

const DOCUMENT = pathOf("benchmarks.md");
const NO_OP_CHART = "benchmarks_no_op.svg";
const APPLY_CHART = "benchmarks_apply.svg";

/** The path of a file of the documentation. */
function pathOf(name: string): string {
  return fromFileUrl(new URL(`../../docs/${name}`, import.meta.url));
}

/** All tables one behind the other, as they are printed. */
export function renderTables(results: Results): string {
  return Object.entries(SECTIONS).map(([name, section]) => ({ name, text: section(results) }))
    .filter(({ text }) => text !== "").map(({ name, text }) => `## ${name}\n\n${text}`).join("\n\n");
}

/** Puts what was measured between its markers in a text; what was not measured stays as it is. */
export function fillSections(document: string, results: Results): string {
  let filled = document;
  for (const [name, section] of Object.entries(SECTIONS)) {
    const text = section(results);
    if (text === "") continue;
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [before, rest] = split(filled, begin);
    const [, after] = split(rest, end);
    filled = `${before}${begin}\n\n${text}\n\n${end}${after}`;
  }
  return filled;
}

function split(text: string, marker: string): [before: string, after: string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`docs/benchmarks.md has no "${marker}"`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

/** Writes tables and charts into `docs`. */
export async function writeDocument(results: Results): Promise<void> {
  await Deno.writeTextFile(DOCUMENT, fillSections(await Deno.readTextFile(DOCUMENT), results));
  const { executed: [, executed = 1], pending: [pending] } = results.scale;
  await writeChart(results, { scenario: "no-op", count: executed, file: NO_OP_CHART });
  await writeChart(results, { scenario: "apply", count: pending, file: APPLY_CHART });
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", DOCUMENT, pathOf(NO_OP_CHART), pathOf(APPLY_CHART)],
  }).output();
}

async function writeChart(
  results: Results,
  chart: { readonly scenario: string; readonly count: number; readonly file: string },
): Promise<void> {
  const { scenario, count, file } = chart;
  const bars = barsOf(results, scenario, count);
  if (bars.size === 0) return;
  const what = scenario === "apply"
    ? `Applying ${whole(count)} changes`
    : `A start with ${whole(count)} executed changes`;
  const title = `${what}, the whole process; median and the half in the middle`;
  await Deno.writeTextFile(pathOf(file), drawChart(title, bars));
}
