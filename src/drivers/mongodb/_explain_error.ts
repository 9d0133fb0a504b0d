import type { MongoClient } from "mongodb";
import { MigrationError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { answerWithin } from "../shared/answer_within.ts";
import { classifyError, codeOf } from "./classify_error.ts";
import { transactionsUnavailable } from "./server_refusal.ts";

/** What a server that is no member of a replica set answers to the first operation of a transaction. */
const ILLEGAL_OPERATION = 20;
/** What the server answers once it has ended a transaction by itself. */
const NO_SUCH_TRANSACTION = 251;
/** What it answers when there is nothing to read from at the time of the transaction; for capped collections there never is. */
const SNAPSHOT_UNAVAILABLE = 246;
/** What it answers in a transaction that has waited for a lock, which it does for 5 ms where nobody has set another time. */
const LOCK_TIMEOUT = 24;
/** What it answers when a transaction has written more than the server takes in one, or than fits into its cache. */
const TOO_LARGE: readonly number[] = [257, 388];
/** How long a transaction may last where the server does not tell. In milliseconds. */
const USUAL_LIFETIME_MS = 60_000;
const QUESTION_MS = 5_000;

/** What is known of a transaction that has failed. */
export interface FailedTransaction {
  /** The client. */
  readonly client: MongoClient;
  /** The first error that the server has answered with, whether or not the change unit has caught it. */
  readonly refusal: unknown;
  /** How long it has lasted. */
  readonly lastedMs: number;
}

/**
 * Says in plain words what another attempt cannot help with, although the server answers as if it could: it ends a transaction
 * with the first error in it, and then only says that it is gone. The errors it gives have no `cause` that asks for a
 * repetition, but for a lock that somebody else holds, which may be given back meanwhile.
 */
export async function explainError(error: unknown, { client, refusal, lastedMs }: FailedTransaction): Promise<unknown> {
  if (codeOf(error) === ILLEGAL_OPERATION) return transactionsUnavailable(error);
  if ([error, refusal].some(isReadOfCappedCollection)) return cappedCollection();
  const excess = [error, refusal].find((each) => TOO_LARGE.includes(codeOf(each)));
  if (excess !== undefined) return tooLarge(excess);
  if (classifyError(error) !== "transient" && classifyError(refusal) !== "transient") return error;
  const wait = [error, refusal].find((each) => lockedNameOf(each) !== undefined);
  // What the change unit throws of its own accord is its own error, also when it has met the lock before.
  if (wait !== undefined && classifyError(error) === "transient") return lockedBySomebodyElse(wait);
  if ([error, refusal].some((each) => codeOf(each) === NO_SUCH_TRANSACTION)) {
    const lifetimeMs = await lifetimeMsOf(client);
    if (lastedMs >= lifetimeMs) return tookTooLong(lifetimeMs);
  }
  if (refusal === undefined || classifyError(refusal) !== "permanent") return error;
  return new MigrationError(
    "TRANSACTION_ENDED",
    `MongoDB has rolled the transaction back because of an error that the change unit has caught: ${
      firstLine(refusal)
    }`,
    { cause: refusal },
  );
}

function isReadOfCappedCollection(error: unknown): boolean {
  return codeOf(error) === SNAPSHOT_UNAVAILABLE && error instanceof Error && error.message.includes("capped");
}

function cappedCollection(): MigrationError {
  return new MigrationError(
    "REFUSED_IN_TRANSACTION",
    "Cannot read a capped collection in a transaction, where MongoDB reads from a snapshot: read it in the before step, or say " +
      "`transactional: false`",
  );
}

function tooLarge(excess: unknown): MigrationError {
  return new MigrationError(
    "LIMIT_EXCEEDED",
    "The change unit writes more than MongoDB takes in one transaction: split the change unit, or say " +
      `\`transactional: false\` and work in batches (${firstLine(excess)})`,
  );
}

/** The collection or database whose lock was waited for; the same code is also given where the server has no ticket left. */
function lockedNameOf(error: unknown): string | undefined {
  if (codeOf(error) !== LOCK_TIMEOUT || !(error instanceof Error)) return undefined;
  return /: \w+, \d+, (.+)\}' within/.exec(error.message)?.[1];
}

/** With the error of the server as its cause, for which the change unit is tried again. */
function lockedBySomebodyElse(wait: unknown): MigrationError {
  const name = lockedNameOf(wait);
  return new MigrationError(
    "TRANSACTION_ENDED",
    `Somebody else holds the lock of "${name}" or waits for it, such as the build of an index behind a long transaction: ` +
      "wait until that has ended, or find it with `db.currentOp(true)` and end it, then run again",
    { cause: wait },
  );
}

function tookTooLong(lifetimeMs: number): MigrationError {
  return new MigrationError(
    "TRANSACTION_ENDED",
    `MongoDB has ended the transaction because it took longer than ${
      lifetimeMs / 1_000
    } s, the lifetime of a transaction ` +
      "there: split the change unit, or say `transactional: false` and work in batches",
  );
}

/** Not everybody may ask for it. */
async function lifetimeMsOf(client: MongoClient): Promise<number> {
  try {
    const question = client.db("admin").command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
    return 1_000 * Number((await answerWithin(QUESTION_MS, question))["transactionLifetimeLimitSeconds"]);
  } catch {
    return USUAL_LIFETIME_MS;
  }
}
