import type { Command } from "../command.ts";
import type { CommonOption } from "../common_options.ts";
import { isOperand } from "../operand.ts";
import { choicesOf, firstWords, groupsOf, ownOptions, valueOptions } from "./words.ts";

/** Writes the script by which Bash completes command lines of `denock`. */
export function bashCompletions(commands: readonly Command[], common: readonly CommonOption[]): string {
  const naming = (kind: CommonOption["names"]) =>
    common.filter(({ names }) => names === kind).map(({ option }) => option).join("|");
  const choices = commands.flatMap((command) =>
    choicesOf(command).map(({ option, values }) => `    "${command.name} ${option}") values="${values.join(" ")}" ;;`)
  );
  const owned = commands.map((command) => `    "${command.name}") words="" own="${ownOptions(command).join(" ")}" ;;`);
  const withOperand = commands.filter(({ options }) => Object.values(options).some(isOperand))
    .map(({ name }) => name).join("|");
  const groups = groupsOf(commands).map(({ name, members }) => `    "${name}") words="${members.join(" ")}" ;;`);
  return `_denock() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" words="${firstWords(commands).join(" ")}" own="" values="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${valueOptions(commands, common).join("|")}) ((index++)) ;;
      -*) ;;
      *) [[ "$command" =~ ^(${withOperand})$ ]] || command="\${command:+$command }\${COMP_WORDS[index]}" ;;
    esac
  done
  COMPREPLY=()
  case "$previous" in
    ${naming("file")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${naming("folder")}) COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  case "$command $previous" in
${choices.join("\n")}
  esac
  if [[ -n "$values" ]]; then COMPREPLY=($(compgen -W "$values" -- "$current")); return; fi
  case "$command" in
    "") ;;
${[...owned, ...groups].join("\n")}
    *) words="" ;;
  esac
  if [[ "$current" == -* ]]; then words="$own ${common.map(({ option }) => option).join(" ")} --help"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _denock denock
`;
}
