/** A request got no answer, or none that can be used. It cannot be known whether the server has done it. */
export class NoAnswerError extends Error {
  /** The name of the class. */
  override readonly name = "NoAnswerError";
}

/**
 * Waits for an answer, but not longer than a time: on a connection whose other end is gone without a word a request waits until
 * TCP gives up, which is a quarter of an hour. Time-outs of clients have no effect (`npm:mongodb` from 7.9 on) or leave a timer
 * behind (`npm:mysql2`). The client goes on waiting for a request that is left behind; it must not matter when it ends.
 *
 * @throws {NoAnswerError} when the time is over.
 */
export async function answerWithin<Answer>(timeMs: number, request: Promise<Answer>): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswerError(`There was no answer within ${timeMs} ms`)), timeMs);
  try {
    return await Promise.race([request, late]);
  } finally {
    clearTimeout(timer);
  }
}
