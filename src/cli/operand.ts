import type { OptionDefinition } from "./option.ts";

/** The word behind a command: it has no name of its own and has to be there. A command has at most one. */
export interface OperandDefinition extends OptionDefinition<string> {
  /** What the help calls it. */
  readonly placeholder: string;
  /** What tells it from options. */
  readonly isOperand: true;
}

/**
 * The word behind a command, declared among its options.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isOperand, operand } from "./operand.ts";
 * import { flag } from "./option.ts";
 *
 * assert(isOperand(operand("NAME", "what it does")));
 * assert(!isOperand(flag("write nothing")));
 * ```
 */
export function operand(placeholder: string, description: string): OperandDefinition {
  return { placeholder, description, isOperand: true, absent: "", read: (given) => given };
}

/** Whether this is the word behind a command. */
export function isOperand(definition: OptionDefinition<unknown>): definition is OperandDefinition {
  return "isOperand" in definition;
}
