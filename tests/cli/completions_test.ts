import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { COMMON_OPTIONS } from "../../src/cli/common_options.ts";
import { bashCompletions } from "../../src/cli/completions/bash.ts";
import { fishCompletions } from "../../src/cli/completions/fish.ts";
import { documentOf, WorkFolder } from "./denock.ts";

/** What Bash itself offers for the last of some words. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${bashCompletions(COMMANDS, COMMON_OPTIONS)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _denock; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, success } = await new Deno.Command("bash", { args: ["-c", script, "bash", "denock", ...words] })
    .output();
  assertEquals(success, true);
  return new TextDecoder().decode(stdout).split("\n").filter((word) => word !== "");
}

const OFFERS: readonly [typed: readonly string[], first: readonly string[]][] = [
  [["mig"], ["migrate"]],
  [["lock", ""], ["status", "release"]],
  [["--database", "sqlite:x", "lock", "r"], ["release"]],
  [["migrate", "--co"], ["--count", "--config"]],
  [["undo", "--to", "create_users", "--y"], ["--yes"]],
  [["list", "--view", "co"], ["code", "compare"]],
  [["create", "add_users", "--for", "sq"], ["sqlite"]],
  [["migrate", ""], []],
  [["nonsense", ""], []],
];

for (const [typed, expected] of OFFERS) {
  Deno.test(`Bash completes "denock ${typed.join(" ")}" to ${expected.join(", ") || "nothing"}`, async () => {
    assertEquals(await offered(...typed), [...expected]);
  });
}

Deno.test("Bash offers every command first", async () => {
  assertEquals(await offered(""), [...new Set(COMMANDS.map(({ name }) => name.split(" ")[0] ?? ""))]);
});

Deno.test("fish hears of every command with its description and of every option", () => {
  const lines = fishCompletions(COMMANDS, COMMON_OPTIONS).split("\n");
  for (const { name, description } of COMMANDS) {
    const word = name.split(" ").at(-1);
    const line = lines.find((each) => each.includes(` -a ${word} `)) ?? "";
    assertStringIncludes(line, description.slice(0, 20));
  }
  for (const { option } of COMMON_OPTIONS) assertStringIncludes(lines.join("\n"), ` -l ${option.slice(2)} `);
});

Deno.test("completions prints a script for each shell, and names the shells for any other", async () => {
  await using folder = await WorkFolder.make();
  for (const shell of ["bash", "zsh", "fish"]) {
    const done = await folder.denock(["completions", shell, "--json"]);
    assertEquals(done.code, 0, done.stderr);
    assertStringIncludes(
      documentOf(done).script,
      shell === "fish" ? "complete -c denock" : "complete -F _denock denock",
    );
  }
  const wrong = await folder.denock(["completions", "tcsh"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "bash, zsh and fish");
});
