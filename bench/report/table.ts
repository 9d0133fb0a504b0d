import { type Measured, median, quantile } from "../measure.ts";

/** A table in Markdown; `deno fmt` makes it pretty. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, head.map((_, index) => index === 0 ? "---" : "---:"), ...rows];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A table with a row for each subject; columns and cells in the order in which they come. */
export function pivot(
  measured: readonly Measured[],
  options: {
    readonly corner: string;
    readonly column: (measured: Measured) => string;
    readonly cell: (measured: Measured) => string;
  },
): string {
  const { corner, column, cell } = options;
  const columns = [...new Set(measured.map(column))];
  const rows = Map.groupBy(measured, ({ subject }) => subject);
  return toTable(
    [corner, ...columns],
    Array.from(rows, ([subject, cells]) => {
      const texts = new Map(cells.map((each) => [column(each), cell(each)]));
      const isOwn = subject.startsWith("Denock");
      return [isOwn ? `**${subject}**` : subject, ...columns.map((each) => texts.get(each) ?? "–")];
    }),
  );
}

/** The whole times of processes, in milliseconds. */
export function processTimes({ samples }: Measured): number[] {
  return samples.map(({ processMs }) => processMs);
}

/** Milliseconds: the median, and between which two values the half in the middle lies. */
export function spread(values: readonly number[]): string {
  const [low, middle, high] = [quantile(values, 0.25), median(values), quantile(values, 0.75)];
  return values.length < 2 ? whole(middle) : `${whole(middle)} (${whole(low)}–${whole(high)})`;
}

/** A number with the digits that count, and its thousands apart. */
export function whole(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
}
