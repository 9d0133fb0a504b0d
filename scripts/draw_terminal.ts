/**
 * Draws `docs/terminal.svg`: what a person sees who applies the example migrations. The commands really run, on a
 * pseudo-terminal; `deno run -A scripts/draw_terminal.ts` draws it anew.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { join } from "node:path";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PICTURE = join(ROOT, "docs", "terminal.svg");

const COMMANDS = ["plan", "migrate", "list", "undo --count 1 --yes"];

const CHARACTER_WIDTH = 8.43;
const LINE_HEIGHT = 19;
const MARGIN = 18;

/** How the codes of `src/cli/paint.ts` look. */
const STYLES: Readonly<Record<string, string>> = {
  1: 'font-weight="bold"',
  2: 'fill="#8b949e"',
  31: 'fill="#ff7b72"',
  32: 'fill="#7ee787"',
  33: 'fill="#e3b341"',
};

/** Draws a text with the colours of a terminal as an SVG. */
export function drawTerminal(text: string): string {
  const lines = text.replaceAll("\r", "").trimEnd().split("\n");
  // deno-lint-ignore no-control-regex -- this is how terminals are told colours
  const longest = Math.max(...lines.map((line) => line.replace(/\x1b\[\d+m/g, "").length));
  const width = Math.ceil(longest * CHARACTER_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const drawn = lines.map((line, index) => {
    const y = MARGIN + (index + 1) * LINE_HEIGHT - 5;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${drawLine(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" \
font-family="monospace" font-size="14" fill="#e6edf3">
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${drawn.join("\n")}
</svg>
`;
}

function drawLine(line: string): string {
  // deno-lint-ignore no-control-regex -- this is how terminals are told colours
  return line.split(/\x1b\[(\d+)m/).map((part, index, parts) => {
    if (index % 2 === 1) return "";
    const style = STYLES[parts[index - 1] ?? ""];
    const shown = part.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return style === undefined || shown === "" ? shown : `<tspan ${style}>${shown}</tspan>`;
  }).join("");
}

/** What the commands show on a terminal, each behind its prompt. */
export async function readTerminal(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "denock-terminal-" });
  try {
    const options = `--database sqlite:./shop.db --migrations ${join(ROOT, "migrations_example", "sqlite")}`;
    const main = `${Deno.execPath()} run --quiet -A --config ${join(ROOT, "deno.json")} ${
      join(ROOT, "src/cli/main.ts")
    }`;
    let shown = "";
    for (const command of COMMANDS) {
      const { stdout } = await new Deno.Command("script", {
        args: ["--quiet", "--return", "--command", `stty cols 160; ${main} ${command} ${options}`, "/dev/null"],
        cwd: folder,
        env: { SHELL: "/bin/sh", TERM: "xterm", NO_COLOR: "" },
        stdin: "null",
      }).output();
      // What was shown for a moment only is not in the picture.
      // deno-lint-ignore no-control-regex -- this is how a line is taken away
      const output = new TextDecoder().decode(stdout).replace(/^.*\r\x1b\[K/gm, "");
      const seen = output.replaceAll(/\S*migrations_example\/sqlite/g, "./migrations");
      shown += `\x1b[32m$\x1b[39m denock ${command}\n${seen}\n`;
    }
    return shown;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await Deno.writeTextFile(PICTURE, drawTerminal(await readTerminal()));
  console.log(`Drawn: ${PICTURE}`);
}
