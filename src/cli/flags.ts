import type { Detail } from "./output.ts";

/** What the options say that every command has. */
export interface Flags {
  /** The URL of the database. */
  readonly database?: string;
  /** The migrations folder. */
  readonly migrations?: string;
  /** The configuration file. */
  readonly config?: string;
  /** The environment of the configuration. */
  readonly environment?: string;
  /** The active profiles. */
  readonly profiles: readonly string[];
  /** How much to tell beside results. */
  readonly detail: Detail;
  /** Whether the result is for machines. */
  readonly json: boolean;
}
