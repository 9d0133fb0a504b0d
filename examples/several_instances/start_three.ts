/**
 * Starts three instances of the application at once on one new file, asks each of them for its data, and ends them.
 *
 *     deno run -A examples/several_instances/start_three.ts .data/visits.db
 *
 * @module
 */

import { fromFileUrl } from "@std/path";

const application = fromFileUrl(new URL("./application.ts", import.meta.url));
const file = Deno.args[0] ?? ".data/visits.db";

function start(): Deno.ChildProcess {
  const args = ["run", "--quiet", "-A", application, file];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
}

/** The one line that an instance writes, once it serves. */
async function firstLine({ stdout }: Deno.ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) return text;
  }
  throw new Error("An instance has ended before it could serve");
}

const instances = Array.from({ length: 3 }, start);
try {
  const lines = await Promise.all(instances.map(firstLine));
  for (const [index, line] of lines.entries()) {
    const { port, executed } = JSON.parse(line);
    const answer = await fetch(`http://localhost:${port}/`);
    console.log(`instance ${index + 1}: executed ${executed}, serves ${await answer.text()}`);
  }
} finally {
  for (const instance of instances) instance.kill("SIGTERM");
  await Promise.all(instances.map(({ status }) => status));
}
