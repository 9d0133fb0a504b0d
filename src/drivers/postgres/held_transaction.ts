import type { Sql, TransactionSql } from "postgres";
import { CommitUnknownError } from "../../driver.ts";
import { classifyError, isConnectionError, stateOf } from "./classify_error.ts";
import { transactionEnded } from "./explain_error.ts";

/**
 * What is known of an open transaction beside what the client knows. The client breaks the whole process when something is
 * sent on a connection that it has lost, its own `ROLLBACK` and `COMMIT` included; so whoever uses one asks here first.
 */
export class HeldTransaction {
  /** The first error of a statement outside of any savepoint; with it the server has ended the transaction. */
  failure: unknown;
  readonly #lost = Promise.withResolvers<never>();
  readonly #running = new Set<Promise<unknown>>();
  #loss: { readonly error: unknown } | undefined;

  /** Knows nothing yet. */
  constructor() {
    this.#lost.promise.catch(() => {});
  }

  /**
   * Refuses to go on without a connection.
   *
   * @throws {Error} the one with which it was lost.
   */
  check(): void {
    if (this.#loss !== undefined) throw this.#loss.error;
  }

  /** Remembers that the connection is gone. */
  lose(error: unknown): void {
    this.#loss ??= { error };
    this.#lost.reject(error);
  }

  /** Follows a statement to its end. */
  follow(statement: Promise<unknown>, isInSavepoint = false): void {
    const ended = statement.then(() => {}, (error) => {
      if (isConnectionError(error)) this.lose(error);
      if (!isInSavepoint) this.failure ??= error;
    }).finally(() => this.#running.delete(ended));
    this.#running.add(ended);
  }

  /** Ends with the work, or when the connection is lost. */
  async unlessLost<Result>(work: Promise<Result>): Promise<Result> {
    return await Promise.race([work, this.#lost.promise]);
  }

  /** Lets the client go on only when nothing is on its way any more, and never on a connection that it has lost. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#loss !== undefined) await new Promise(() => {});
  }
}

/**
 * Makes one attempt at a transaction: begin, work, commit; when the work throws, it is rolled back and the same error comes
 * out. It ends only after the work has ended.
 *
 * @throws {CommitUnknownError} when the server did not confirm the commit.
 */
export async function holdTransaction<Result>(
  client: Sql,
  work: (sql: TransactionSql, held: HeldTransaction) => Promise<Result>,
): Promise<Result> {
  const held = new HeldTransaction();
  let running: Promise<PromiseSettledResult<Result>> | undefined;
  let isCommitting = false;
  const transaction = client.begin(async (sql) => {
    running = Promise.allSettled([work(sql, held)]).then(([outcome]) => outcome);
    const outcome = await running;
    await held.settle();
    if (outcome.status === "rejected") throw outcome.reason;
    isCommitting = true;
    return outcome;
  });
  try {
    const { value } = await transaction;
    return value;
  } catch (error) {
    if (running === undefined) throw error;
    held.lose(error);
    const outcome = await running;
    if (outcome.status === "rejected") throw outcome.reason;
    // The client does not commit after an error of any statement.
    if (error === held.failure) throw transactionEnded(error);
    if (!isCommitting || isRefusal(error)) throw error;
    throw new CommitUnknownError("PostgreSQL did not confirm the commit", { cause: error });
  }
}

/** Whether the server has said that it does not do it. */
function isRefusal(error: unknown): boolean {
  return stateOf(error) !== "" && classifyError(error) !== "unknown";
}
