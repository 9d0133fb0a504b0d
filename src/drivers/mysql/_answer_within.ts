/** There was no answer in time. It cannot be known whether the server has done what it was asked for. */
export class NoAnswerError extends Error {
  /** The name of the class. */
  override readonly name = "NoAnswerError";
}

/**
 * Waits for an answer, but not longer than a time: on a connection whose other end is gone without a word the client waits until
 * TCP gives up. Its own `timeout` leaves a timer behind when a connection is lost.
 *
 * @throws {NoAnswerError} when the time is over.
 */
export async function answerWithin<Answer>(timeMs: number, answer: Promise<Answer>): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswerError(`MySQL has not answered within ${timeMs} ms`)), timeMs);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
