/** What the options say that every command has. */
export interface Flags {
  /** The URL of the database. */
  readonly database?: string;
  /** The migrations folder. */
  readonly migrations?: string;
  /** The configuration file. */
  readonly config?: string;
  /** The active profiles. */
  readonly profiles: readonly string[];
  /** Whether the result is for machines. */
  readonly json: boolean;
}
