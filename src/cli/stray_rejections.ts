/**
 * Hears of promises that were left behind and failed, until it is disposed of. They would end the process on the spot, with
 * the lock held and nothing said; here the execution is ended in good order instead.
 */
export function hearStrayRejections(onStray: (error: unknown) => void): Disposable {
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    onStray(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", listener);
    },
  };
}
