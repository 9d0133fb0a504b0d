import { DatabaseError } from "../../errors.ts";
import { firstLine } from "../../history/recorded_error.ts";
import { COLUMN_DEFINITIONS } from "./entry_rows.ts";
import { LeaseRow, type Send } from "./lease_row.ts";
import { isForbidden } from "./name_rights.ts";

/** Where the driver keeps what is its own. */
export interface TableNames {
  /** The schema. */
  readonly schema: string;
  /** The table of the history. */
  readonly historyTable: string;
  /** The table of the lease. */
  readonly leaseTable: string;
}

/** A name in SQL. */
export function quote(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
}

/**
 * Makes what is not there. It looks first, because PostgreSQL asks for the right to create even when there is nothing to be
 * created; the lock, which ends with the statements, keeps several from creating at the same time.
 *
 * @throws {DatabaseError} saying which right is missing.
 */
export async function makeOwnTables(names: TableNames, send: Send, run: (statements: string) => Promise<unknown>) {
  const { schema, historyTable, leaseTable } = names;
  const [history, lease] = [quote(schema, historyTable), quote(schema, leaseTable)];
  try {
    const [row = []] = await send(
      "select to_regnamespace($1::text)::text, to_regclass($2::text)::text, to_regclass($3::text)::text",
      [quote(schema), history, lease],
    );
    const [hasSchema, hasHistory, hasLease] = row;
    const missing = [
      ...(hasSchema === null ? [`create schema if not exists ${quote(schema)}`] : []),
      ...(hasHistory === null ? [`create table if not exists ${history} (${COLUMN_DEFINITIONS})`] : []),
      ...(hasLease === null ? [new LeaseRow(send, lease).definition] : []),
    ];
    if (missing.length === 0) return;
    await run(["select pg_advisory_xact_lock(hashtext('denock'))", ...missing].join(";\n"));
  } catch (cause) {
    if (!isForbidden(cause)) throw cause;
    throw new DatabaseError(
      "DATABASE_UNREACHABLE",
      `The role may not make the tables of the history (${firstLine(cause)}): grant it CREATE on the schema ` +
        `${quote(schema)}, or make a schema that it owns and name that with \`schema\``,
      { cause },
    );
  }
}
