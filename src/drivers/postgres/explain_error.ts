import { MigrationError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { routineOf, stateOf } from "./classify_error.ts";

/** After an error the server answers everything with this until the transaction is rolled back. */
const TRANSACTION_ABORTED = "25P02";
/** A value was added to an enumeration and used in the same transaction. */
const UNSAFE_NEW_VALUE = "55P04";
/** Where the server refuses what cannot run in a transaction. */
const PREVENTED = "PreventInTransactionBlock";

/**
 * What to tell of an error that has ended a transaction, where the error itself does not say what to do. `failure` is the
 * first error of a statement in it.
 */
export function explainError(error: unknown, failure: unknown): unknown {
  if (routineOf(error) === PREVENTED || stateOf(error) === UNSAFE_NEW_VALUE) {
    const message = `PostgreSQL does not do this in a transaction: say \`transactional: false\` (${firstLine(error)})`;
    return new MigrationError("REFUSED_IN_TRANSACTION", message, { cause: error });
  }
  return stateOf(error) === TRANSACTION_ABORTED && failure !== undefined ? transactionEnded(failure) : error;
}

/** The server ends a transaction with the first error in it; catching it does not bring the transaction back. */
export function transactionEnded(failure: unknown): MigrationError {
  return new MigrationError(
    "TRANSACTION_ENDED",
    "PostgreSQL has rolled the transaction back because of an error that the change unit has caught: " +
      `${firstLine(failure)}; use \`savepoint\` for a part that may fail`,
    { cause: failure },
  );
}
