/** How long to wait for a client to close, in milliseconds. */
const CLOSE_MS = 2_000;

/** What was to be done is done; a client that does not close in time goes with the process. */
export async function closeInTime(close: () => Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_MS);
  try {
    await Promise.race([close(), late]);
  } catch {
    // The same goes for one that cannot be closed.
  } finally {
    clearTimeout(timer);
  }
}
