import { Console } from "node:console";
import { Writable } from "node:stream";

/**
 * Sends what change units write to the console through `write` from here on: it must neither stand between results on stdout
 * nor go around the removal of secrets.
 */
export function captureConsole(write: (text: string) => void): void {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      write(String(chunk).replace(/\n$/, ""));
      done();
    },
  });
  globalThis.console = new Console({ stdout: stream, stderr: stream, colorMode: false }) as typeof console;
}
