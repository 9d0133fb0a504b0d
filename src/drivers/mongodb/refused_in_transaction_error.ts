import { MigrationError } from "../../errors.ts";

/** A call was refused before it was sent, because it cannot run in a transaction. The transaction goes on unharmed. */
export class RefusedInTransactionError extends MigrationError {
  /** What was called, for example `collection.drop`. */
  readonly operation: string;

  /** Makes the error for one call. */
  constructor(operation: string, message: string) {
    super("REFUSED_IN_TRANSACTION", message);
    this.operation = operation;
  }
}
