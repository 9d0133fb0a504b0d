import { type Measured, median, quantile } from "../measure.ts";
import { processTimes, whole } from "./table.ts";

const WIDTH = 760;
const LABEL_WIDTH = 270;
const VALUE_WIDTH = 80;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 15;
const MARGIN = 16;
const OWN_COLOR = "#0b7285";
const BOUND_COLOR = "#868e96";
const PEER_COLOR = "#ced4da";

function escape(text: string): string {
  return text.replaceAll("`", "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** A bar as long as the median, with a line over the half of the values in the middle. */
function drawBar(measured: Measured, row: { readonly top: number; readonly perMs: number }): string {
  const times = processTimes(measured);
  const end = (value: number) => (LABEL_WIDTH + value * row.perMs).toFixed(1);
  const [low, high] = [end(quantile(times, 0.25)), end(quantile(times, 0.75))];
  const middle = row.top + BAR_HEIGHT / 2;
  const isOwn = measured.subject.startsWith("Denock");
  const color = isOwn ? OWN_COLOR : measured.subject === "raw client" ? BOUND_COLOR : PEER_COLOR;
  const weight = isOwn ? ` font-weight="bold"` : "";
  const text = row.top + BAR_HEIGHT - 3;
  return `  <text x="${LABEL_WIDTH - 8}" y="${text}" text-anchor="end"${weight}>${escape(measured.subject)}</text>\n` +
    `  <rect x="${LABEL_WIDTH}" y="${row.top}" width="${
      (median(times) * row.perMs).toFixed(1)
    }" height="${BAR_HEIGHT}" fill="${color}"/>\n` +
    `  <path d="M${low} ${middle}H${high}" stroke="#212529" stroke-width="2"/>\n` +
    `  <text x="${Number(high) + 6}" y="${text}"${weight}>${whole(median(times))} ms</text>\n`;
}

/** Draws medians as bars, in a part for each kind of database; the shortest first. */
export function drawChart(title: string, parts: ReadonlyMap<string, readonly Measured[]>): string {
  let top = MARGIN + ROW_HEIGHT;
  let drawn = "";
  for (const [part, measured] of parts) {
    const longest = Math.max(...measured.map((each) => quantile(processTimes(each), 0.75)));
    const perMs = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / longest;
    drawn += `  <text x="${MARGIN}" y="${top + BAR_HEIGHT}" font-weight="bold">${escape(part)}</text>\n`;
    top += ROW_HEIGHT;
    for (const each of measured.toSorted((left, right) => median(processTimes(left)) - median(processTimes(right)))) {
      drawn += drawBar(each, { top, perMs });
      top += ROW_HEIGHT;
    }
    top += MARGIN;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" ` +
    `font-family="system-ui, sans-serif" font-size="13" role="img">\n` +
    `  <title>${escape(title)}</title>\n  <rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `  <text x="${MARGIN}" y="${MARGIN + 8}" font-size="15">${escape(title)}</text>\n${drawn}</svg>\n`;
}
