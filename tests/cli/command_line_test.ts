import { assertEquals } from "@std/assert";
import { commandLine, commandWords } from "../../src/cli/command_line.ts";
import { COMMANDS } from "../../src/cli/commands.ts";

Deno.test("commandLine() repeats what was typed so that it can be typed again, but no secret", () => {
  assertEquals(
    commandLine("plan --to 'it''s'", {
      database: "sqlite:./my shop.db",
      migrations: "it's",
      config: "c.ts",
      profiles: ["a", "b"],
      json: true,
      detail: "normal",
    }),
    "denock plan --to 'it''s' --database 'sqlite:./my shop.db' --migrations 'it'\\''s' --config c.ts --profile a --profile b",
  );
  assertEquals(
    commandLine("list", { database: "mongodb://ann:canary@db/shop", profiles: [], json: false, detail: "normal" }),
    'denock list --database "$DENOCK_DATABASE"',
  );
});

Deno.test("commandWords() repeats the options that are a command's own", () => {
  const find = (name: string) => COMMANDS.find((command) => command.name === name)!;
  const words = (name: string, options: Record<string, unknown>) => commandWords({ command: find(name), options });
  assertEquals(words("migrate", { to: undefined, count: 2 }), "migrate --count 2");
  assertEquals(words("undo", { all: true, yes: false }), "undo --all");
  assertEquals(words("lock release", { force: true }), "lock release --force");
  assertEquals(
    words("repair", { executed: [], rolledBack: ["a", "b c"], reason: "it's so", yes: true }),
    "repair --rolled-back a --rolled-back 'b c' --reason 'it'\\''s so' --yes",
  );
});
