import { assert, assertEquals } from "@std/assert";
import { Output, type Stream } from "../../src/cli/output.ts";
import { Progress } from "../../src/cli/progress.ts";
import { Secrets } from "../../src/cli/secrets.ts";

/** A stream that keeps what it is given, a few bytes at a time as a full pipe does. */
class Kept implements Stream {
  text = "";
  readonly #isTerminal: boolean;
  readonly #decoder = new TextDecoder();

  constructor(isTerminal: boolean) {
    this.#isTerminal = isTerminal;
  }

  writeSync(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, 5);
    this.text += this.#decoder.decode(taken, { stream: true });
    return taken.length;
  }

  isTerminal(): boolean {
    return this.#isTerminal;
  }
}

function makeOutput(options: { readonly isTerminal: boolean; readonly noColor: boolean }) {
  const stdout = new Kept(options.isTerminal);
  const stderr = new Kept(options.isTerminal);
  const secrets = new Secrets();
  secrets.add("mongodb://ann:canary@db/shop");
  return {
    output: new Output({ stdout, stderr, secrets, noColor: options.noColor, columns: () => 40 }),
    stdout,
    stderr,
  };
}

Deno.test("Output paints on a terminal only, and not there either when colours are unwanted", () => {
  for (const isTerminal of [true, false]) {
    for (const noColor of [true, false]) {
      const { output, stdout, stderr } = makeOutput({ isTerminal, noColor });
      output.result(output.paintResult("green", "grün"));
      output.notice(output.paintNotice("red", "rot"));
      const isPainted = isTerminal && !noColor;
      assertEquals(stdout.text, isPainted ? "\x1b[32mgrün\x1b[39m\n" : "grün\n");
      assertEquals(stderr.text, isPainted ? "\x1b[31mrot\x1b[39m\n" : "rot\n");
    }
  }
});

Deno.test("Output lets no control characters through but line feeds, tabs and colours on a terminal", () => {
  const text = "a\x07b\x1b[2Jc\x1b]0;title\x07d\x1b[31me\rf\tg\nh\x9b1mi\u202ej";
  const pipe = makeOutput({ isTerminal: false, noColor: false });
  pipe.output.result(text);
  assertEquals(pipe.stdout.text, "abcdef\tg\nhij\n");
  const terminal = makeOutput({ isTerminal: true, noColor: false });
  terminal.output.result(text);
  // deno-lint-ignore no-control-regex -- they are what is looked for
  assert(!/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[31m)/.test(terminal.stdout.text));
});

Deno.test("Output writes no secret, neither for people nor for machines", () => {
  const { output, stdout, stderr } = makeOutput({ isTerminal: false, noColor: false });
  output.result("canary");
  output.notice("mongodb://bo:other@db/shop");
  output.document({ deep: [{ text: "a canary" }] });
  assertEquals(stderr.text, "mongodb://***@db/shop\n");
  assertEquals(JSON.parse(stdout.text.replace("***\n", "")), { deep: [{ text: "a ***" }] });
});

Deno.test("Progress tells of a deprecated form once, however often the files are loaded", () => {
  const { output, stderr } = makeOutput({ isTerminal: false, noColor: true });
  using progress = new Progress(output, "undone");
  const event = { type: "deprecated", message: "write it otherwise (0001_old.ts)", files: ["0001_old.ts"] } as const;
  progress.hear(event);
  progress.hear(event);
  assertEquals(stderr.text, "deprecated write it otherwise (0001_old.ts)\n");
});

Deno.test("Output leaves a question open for its answer, and whatever comes before that goes on a line of its own", () => {
  const { output, stderr } = makeOutput({ isTerminal: true, noColor: true });
  output.question("Shall the canary sing? [y/N] ");
  output.notice("");
  output.notice("SIGINT");
  output.question("Sure? ");
  output.answered();
  output.notice("done");
  assertEquals(stderr.text, "Shall the *** sing? [y/N] \nSIGINT\nSure? done\n");
});

Deno.test("Output shows a status where somebody is looking, no longer than a line, and takes it away for what comes next", () => {
  const { output, stderr } = makeOutput({ isTerminal: true, noColor: true });
  output.status(`running\ncanary ${"x".repeat(50)}`);
  output.notice("failed");
  output.status("again");
  output.status("");
  output.question("Sure? ");
  output.status("not now");
  const line = `running *** ${"x".repeat(27)}`;
  assertEquals(stderr.text, `${line}\r\x1b[Kfailed\nagain\r\x1b[KSure? `);
  const log = makeOutput({ isTerminal: false, noColor: true });
  log.output.status("running");
  assertEquals(log.stderr.text, "");
});

Deno.test("Output that is quiet leaves out progress and status, not warnings and results", () => {
  const { output, stdout, stderr } = makeOutput({ isTerminal: true, noColor: true });
  output.detail = "quiet";
  output.progress("executed");
  output.status("running");
  output.notice("warning");
  output.result("done");
  assertEquals([stderr.text, stdout.text], ["warning\n", "done\n"]);
});
