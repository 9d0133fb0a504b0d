import { defineCommand } from "../command.ts";
import { COMMON_OPTIONS } from "../common_options.ts";
import { bashCompletions } from "../completions/bash.ts";
import { fishCompletions } from "../completions/fish.ts";
import { operand } from "../operand.ts";
import { UsageError } from "../usage_error.ts";

const SHELLS = ["bash", "zsh", "fish"];

/** `denock completions`: prints the script by which a shell completes command lines. */
export const completions = defineCommand({
  name: "completions",
  description: "Print the script by which bash, zsh or fish completes command lines of denock",
  options: { shell: operand("SHELL", "bash, zsh or fish") },
  examples: ["denock completions bash", "denock completions fish"],
  run({ commands }, { shell }) {
    if (!SHELLS.includes(shell)) {
      throw new UsageError("There are completions for bash, zsh and fish", ["Name one of them"]);
    }
    const bash = bashCompletions(commands, COMMON_OPTIONS);
    const script = shell === "fish"
      ? fishCompletions(commands, COMMON_OPTIONS)
      : shell === "zsh"
      ? `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash}`
      : bash;
    return Promise.resolve({ outcome: "printed", document: { shell, script }, text: script.trimEnd() });
  },
});
