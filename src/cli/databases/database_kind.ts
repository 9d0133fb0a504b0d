import type { Driver } from "../../driver.ts";

/** What is known of every database URL that was taken apart. */
export interface ParsedUrl {
  /** Which driver it needs. */
  readonly kind: string;
  /** How people see it: without user, password and options. */
  readonly shown: string;
}

/** An open database with its driver; disposing of it closes both. */
export interface OpenDatabase extends AsyncDisposable {
  /** The driver. */
  readonly driver: Driver<object>;
}

/** What is done with a database: only where one may be created, a file that is not there is made. */
export type Access = "read" | "write" | "create";

/** What the tables or collections of a driver are called; undefined leaves it to the driver. */
export interface StoredNames {
  /** The history. */
  readonly history: string | undefined;
  /** The lease. */
  readonly lease: string | undefined;
}

/** How a new change unit is written for a database. */
export interface TemplateFlavour {
  /** The type of what it is given. */
  readonly context: string;
  /** Where that comes from. */
  readonly from: string;
  /** What can be said of the two methods; a line each. */
  readonly about: readonly string[];
  /** Whether calls on the database are awaited. */
  readonly isAsync: boolean;
  /** A change, as an example. */
  readonly change: string;
  /** What undoes that change. */
  readonly rollback: string;
}

/** What a project needs that uses a database. */
export interface ProjectNeeds {
  /** What its import map needs: the client by its name. */
  readonly imports: Readonly<Record<string, string>>;
  /** What Deno has to be told beside reading, writing and the environment: permissions, and what is to be switched on. */
  readonly flags: readonly string[];
  /** The URL as it may stand in a repository; undefined when it has something that people are not shown. */
  readonly url: string | undefined;
}

/** All that the command line knows of one kind of database. It loads neither its driver nor its client before `open`. */
export interface DatabaseKind<Url extends ParsedUrl> {
  /** What it is called, in the option `--for` as well. */
  readonly kind: Url["kind"];
  /** What its URLs begin with, in lower case and with the colon. */
  readonly schemes: readonly string[];
  /**
   * Takes a URL apart that begins with one of the schemes.
   *
   * @throws {UsageError} when it is malformed; what it holds is not repeated.
   */
  parse(url: string): Url;
  /** Where a path in the URL counts from; left out where there is none. */
  resolve?(url: Url, folder: string): Url;
  /**
   * Opens it.
   *
   * @throws {DatabaseError} when it cannot be reached or opened.
   * @throws {UsageError} when the URL is wrong in a way that only the client knows.
   */
  open(url: Url, access: Access, names: StoredNames): Promise<OpenDatabase>;
  /** What a new change unit for it looks like. */
  readonly flavour: TemplateFlavour;
  /** The codes of errors with which its server says that it has let the user in, but not this far. */
  readonly forbidden: readonly (string | number)[];
  /** What a project in a folder needs that uses it. */
  project(url: Url, folder: string): ProjectNeeds;
}
