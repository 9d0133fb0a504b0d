import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { drawTerminal, readTerminal } from "../../scripts/draw_terminal.ts";

/** Times differ each time, and with them the width of columns. */
function withoutMeasures(picture: string): string {
  return picture.replace(/\d+/g, "0").replace(/ +/g, " ");
}

Deno.test("drawTerminal() draws each line, with the colours of the terminal and nothing that would be markup", () => {
  const picture = drawTerminal("\x1b[32mok\x1b[39m a < b & c\r\n\x1b[2mdim\x1b[22m\n");
  const lines = Array.from(picture.matchAll(/<text [^>]*>(.*)<\/text>/g), ([, line]) => line);
  assertEquals(lines, ['<tspan fill="#7ee787">ok</tspan> a &lt; b &amp; c', '<tspan fill="#8b949e">dim</tspan>']);
});

Deno.test("docs/terminal.svg shows what the commands show", async () => {
  const drawn = await Deno.readTextFile(fromFileUrl(new URL("../../docs/terminal.svg", import.meta.url)));
  assertEquals(withoutMeasures(drawn), withoutMeasures(drawTerminal(await readTerminal())));
});
