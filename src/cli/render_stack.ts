import { redact } from "../redact.ts";

/** Renders the stacks of an error and of what has caused it, for who asks for every detail. */
export function renderStack(error: unknown): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    // The message may go over several lines, and has been shown already; what a database says may quote contents.
    const frames = (each.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    lines.push(
      `${lines.length === 0 ? "" : "caused by "}${each.name}: ${redact(each.message).split("\n", 1)[0]}`,
      ...frames,
    );
  }
  return lines.join("\n");
}
