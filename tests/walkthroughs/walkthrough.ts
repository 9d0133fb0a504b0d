/** A file that a page tells its reader to write. */
export interface FileStep {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
}

/** A command that a page tells its reader to type, and what the page says that it prints. */
export interface CommandStep {
  readonly kind: "command";
  readonly words: readonly string[];
  /** What stands in front of the command, as in `NAME=value denock migrate`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly exitCode: number;
  /** The lines of the output; `…` stands for any number of lines. */
  readonly output: readonly string[];
}

/** A section of a page that its reader can follow from an empty folder on. */
export interface Walkthrough {
  readonly title: string;
  readonly steps: readonly (FileStep | CommandStep)[];
}

const FENCED = /^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm;
const ASSIGNMENT = /^[A-Z_]+=\S*$/;
const FILE_NAME = /^(?:\/\/|--|#) (\S+\.\w+|\.env)$/;

/**
 * Reads what a page tells its reader to do, a section with steps at a time; files in front of the first section are there in
 * every one. A block of code whose first line is a comment with a path is a file. In a block of `console`, lines behind `$`
 * are commands, and what follows them is what they print; a command that does not exit with 0 says so: `# exit code 3`.
 */
export function readWalkthroughs(page: string): readonly Walkthrough[] {
  const [introduction = "", ...sections] = page.split(/^(?=## )/m);
  const shared = readSteps(introduction);
  return sections.flatMap((section) => {
    const steps = [...shared, ...readSteps(section)];
    const title = /^## (.+)$/m.exec(section)?.[1] ?? "";
    return steps.some(({ kind }) => kind === "command") ? { title, steps } : [];
  });
}

function readSteps(text: string): (FileStep | CommandStep)[] {
  return Array.from(text.matchAll(FENCED), ([, language = "", text = ""]) => readBlock(language, text)).flat();
}

function readBlock(language: string, text: string): (FileStep | CommandStep)[] {
  if (language === "console") return readConsole(text);
  const path = FILE_NAME.exec(text.split("\n", 1)[0] ?? "")?.[1];
  return path === undefined ? [] : [{ kind: "file", path, text }];
}

function readConsole(text: string): CommandStep[] {
  return text.split(/^(?=\$ )/m).filter((part) => part.startsWith("$ ")).map((part) => {
    const [line = "", ...output] = part.trimEnd().split("\n");
    const [, command = "", code = "0"] = /^\$ (.*?)(?:\s+# exit code (\d+))?$/.exec(line) ?? [];
    const all = readWords(command);
    const start = all.findIndex((word) => !ASSIGNMENT.test(word));
    const environment = Object.fromEntries(all.slice(0, start).map((word) => word.split("=", 2)));
    return { kind: "command", words: all.slice(start), environment, exitCode: Number(code), output };
  });
}

/** The words of a command as a shell would take them apart. */
function readWords(command: string): string[] {
  return Array.from(
    command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}
