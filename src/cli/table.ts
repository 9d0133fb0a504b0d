import type { Paint, Style } from "./paint.ts";
import { oneLine } from "./words.ts";

/** One column of a table. */
export interface Column<Row> {
  /** What stands above it. */
  readonly title: string;
  /** What it shows of a row. */
  readonly text: (row: Row) => string;
  /** How that looks. */
  readonly style?: (row: Row) => Style | undefined;
  /** Where it stands in its column. */
  readonly align?: "left" | "right";
}

/** Renders rows as lines of aligned columns, two spaces apart. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string {
  const texts = rows.map((row) => columns.map(({ text }) => oneLine(text(row))));
  const widths = columns.map(({ title }, index) => {
    return texts.reduce((widest, cells) => Math.max(widest, cells[index]?.length ?? 0), title.length);
  });
  const line = (cells: readonly string[], styles: readonly (Style | undefined)[]) =>
    cells.map((cell, index) => {
      const style = styles[index];
      const painted = style === undefined || cell === "" ? cell : paint(style, cell);
      const space = " ".repeat((widths[index] ?? 0) - cell.length);
      return columns[index]?.align === "right" ? space + painted : painted + space;
    }).join("  ").trimEnd();
  return [
    line(columns.map(({ title }) => title), columns.map(() => "dim")),
    ...rows.map((row, index) => line(texts[index] ?? [], columns.map(({ style }) => style?.(row)))),
  ].join("\n");
}
