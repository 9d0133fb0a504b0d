/** Who hears of signals. */
export interface InterruptListener {
  /** Called once, for the first signal. */
  readonly onFirst: (signal: Deno.Signal) => void;
  /** Called for Ctrl+C after that. */
  readonly onImpatience: () => void;
}

/** Some shells and task runners pass the same Ctrl+C on twice; a person takes longer. In milliseconds. */
const SAME_KEY_MS = 300;

/** Hears of SIGINT and SIGTERM until it is disposed of. */
export function hearInterrupts({ onFirst, onImpatience }: InterruptListener): Disposable {
  // SIGTERM does not exist on Windows.
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let firstAt: number | undefined;
  const listeners = signals.map((signal) => {
    const listener = () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        onFirst(signal);
      } else if (signal === "SIGINT" && performance.now() - firstAt > SAME_KEY_MS) onImpatience();
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    [Symbol.dispose]() {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
