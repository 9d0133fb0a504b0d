import type { Problem } from "../report.ts";
import type { Paint } from "./paint.ts";
import { oneLine } from "./words.ts";

/** Renders problems, each with its ways out. */
export function renderProblems(problems: readonly Problem[], paint: Paint): string {
  return problems.map((problem) => renderProblem(problem, paint)).join("\n");
}

/** Renders a problem with its ways out. */
export function renderProblem({ code, severity, message, remedies }: Problem, paint: Paint): string {
  const label = paint(severity === "error" ? "red" : "yellow", severity);
  // What follows a line end is indented, so that nothing quoted in there can pass for a line of its own.
  const shown = message.split("\n").map((line, index) => index === 0 ? oneLine(line) : `    ${oneLine(line.trim())}`);
  return [`${label} ${code}: ${shown.join("\n")}`, ...remedies.map((remedy) => `  - ${oneLine(remedy)}`)].join("\n");
}
