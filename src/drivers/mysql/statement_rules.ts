/**
 * What statements do to a transaction, by their first words. Taken from the lists of implicit commits in the manuals of MySQL
 * (5.5 to 9) and MariaDB; a test asks the server again. Pure data and pure decisions.
 *
 * What stands here is only what can be seen by looking. What a procedure or a prepared statement does is found out afterwards
 * by {@link OpenTransaction}, as is whatever is not known here.
 *
 * @module
 */

import { readStatements } from "./read_statements.ts";

/** What a text would do to the transaction and to the connection. */
export interface StatementRule {
  /** The words of the statement that would end the transaction, or undefined. */
  readonly ending?: string;
  /** Whether that statement is one that begins or ends transactions on purpose. */
  readonly isTransactionControl: boolean;
  /** Whether something may stay behind in the connection when the transaction is over. */
  readonly changesSession: boolean;
}

/** Each stands for every statement that begins with these words. */
const COMMITTING = [
  ...[
    "ALTER",
    "ANALYZE TABLE",
    "ANALYZE TABLES",
    "ANALYZE LOCAL",
    "ANALYZE NO_WRITE_TO_BINLOG",
    "BACKUP",
    "CACHE INDEX",
  ],
  ...[
    "CHANGE MASTER",
    "CHANGE REPLICATION",
    "CHECK TABLE",
    "CHECK TABLES",
    "CHECK VIEW",
    "CREATE",
    "DROP",
    "FLUSH",
    "GRANT",
    "IMPORT",
  ],
  ...[
    "INSTALL",
    "LOAD INDEX",
    "LOCK",
    "OPTIMIZE",
    "RENAME",
    "REPAIR",
    "RESET",
    "RESTART",
    "REVOKE",
    "SET DEFAULT ROLE",
  ],
  ...["SET PASSWORD", "SHUTDOWN", "START", "STOP", "TRUNCATE", "UNINSTALL", "UNLOCK"],
];

const TRANSACTION_CONTROL = ["BEGIN", "COMMIT", "ROLLBACK", "START TRANSACTION", "XA"];

/** Exceptions to both: they leave the transaction as it is. */
const HARMLESS = [
  ...["CREATE TEMPORARY", "CREATE OR REPLACE TEMPORARY", "DROP TEMPORARY"],
  ...["ROLLBACK TO", "ROLLBACK WORK TO"],
];

/** Nothing of these stays behind in the connection. */
const WITHOUT_TRACE = [
  ...["DELETE", "DESC", "DESCRIBE", "DO", "EXPLAIN", "INSERT", "RELEASE SAVEPOINT", "REPLACE", "ROLLBACK", "SAVEPOINT"],
  ...["SELECT", "SHOW", "TABLE", "UPDATE", "VALUES", "WITH"],
];

/** Says what a text of one or more statements would do. */
export function ruleFor(sql: string): StatementRule {
  const statements = readStatements(sql).map(withoutPrefix);
  const ending = statements.find(endsTransaction);
  return {
    ...(ending === undefined ? {} : { ending: ending.slice(0, 2).join(" ") }),
    isTransactionControl: ending !== undefined && (begins(ending, TRANSACTION_CONTROL) || isAutocommit(ending)),
    changesSession: statements.some((words) => !begins(words, WITHOUT_TRACE)),
  };
}

function endsTransaction(words: readonly string[]): boolean {
  if (begins(words, HARMLESS)) return false;
  return begins(words, COMMITTING) || begins(words, TRANSACTION_CONTROL) || isAutocommit(words);
}

/** `SET autocommit`, `SET @@SESSION.autocommit`, `SET sql_mode = '', autocommit = 1`. */
function isAutocommit(words: readonly string[]): boolean {
  return words[0] === "SET" && words.some((word) => word === "AUTOCOMMIT" || word === "@@AUTOCOMMIT");
}

/** MariaDB's `SET STATEMENT variable = value FOR statement` is that statement. */
function withoutPrefix(words: readonly string[]): readonly string[] {
  return begins(words, ["SET STATEMENT"]) ? words.slice(words.indexOf("FOR") + 1) : words;
}

function begins(words: readonly string[], beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => beginning.split(" ").every((word, index) => words[index] === word));
}
