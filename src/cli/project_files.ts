import { resolve } from "@std/path/resolve";
import { type DatabaseUrl, kindOf } from "./databases/database_kinds.ts";

/** What is known of a project. */
export interface ProjectRequest {
  /** Its database. */
  readonly database: DatabaseUrl;
  /** The folder of its change units. */
  readonly migrations: string;
  /** The version of this package. */
  readonly version: string;
}

/** What goes into the files of a project. */
export interface ProjectFiles {
  /** The configuration of the command line. */
  readonly configuration: string;
  /** What its import map needs. */
  readonly imports: Readonly<Record<string, string>>;
  /** Its tasks. */
  readonly tasks: Readonly<Record<string, string>>;
  /** Whether the URL stays out of the files, because it has a user, a password or options. */
  readonly keepsUrlOut: boolean;
}

/** Where a project keeps a URL that does not belong into its repository. */
export const SECRETS_FILE = ".env";

/** The environment, and what clients look at: none of it is needed, but without it they may not start. */
const ALWAYS_ALLOWED = ["--allow-read=.", "--allow-write=.", "--allow-env", "--allow-sys=hostname,osRelease,uid"];

/** Writes what a project needs so that `deno task denock` works in it. */
export function projectFiles({ database, migrations, version }: ProjectRequest): ProjectFiles {
  const { imports, flags, url } = kindOf(database).project(database, resolve());
  const from = `jsr:@denock/denock@^${version}`;
  const environment = url === undefined ? [`--env-file=${SECRETS_FILE}`] : [];
  return {
    configuration: configurationOf(url, migrations),
    imports: { "@denock/denock": from, ...imports },
    tasks: { denock: ["deno run", ...ALWAYS_ALLOWED, ...flags, ...environment, `${from}/cli`].join(" ") },
    keepsUrlOut: url === undefined,
  };
}

function configurationOf(url: string | undefined, migrations: string): string {
  const database = url === undefined
    ? `// The URL of the database stands in DENOCK_DATABASE, and that in ${SECRETS_FILE}.`
    : `database: ${JSON.stringify(url)},`;
  return `import { defineConfig } from "@denock/denock/cli";

export default defineConfig({
  ${database}
  migrations: ${JSON.stringify(migrations)},
});
`;
}
