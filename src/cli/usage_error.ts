import { MigrationError } from "../errors.ts";

/** The command line, the environment or the configuration is wrong. Nothing was touched. */
export class UsageError extends MigrationError {
  /** What to do about it; each is a way out of its own. */
  readonly remedies: readonly string[];

  /** Makes the error. */
  constructor(message: string, remedies: readonly string[], options?: ErrorOptions) {
    super("CONFIGURATION_INVALID", message, options);
    this.remedies = remedies;
  }
}
