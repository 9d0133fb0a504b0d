import { NoAnswerError } from "../shared/answer_within.ts";
import type { ErrorClass } from "../../driver.ts";

/** What the server answers when it has not done a statement, and would perhaps do it at the next try. */
const TRANSIENT: readonly number[] = [
  1020, // the row has changed since the transaction began (MariaDB)
  1040, // too many connections
  1047, // the node of a cluster is not ready (Galera)
  1203, // too many connections of this user
  1205, // waited too long for a lock: the statement is rolled back, the transaction is not
  1213, // dead lock, or a conflict between nodes of a cluster: the transaction is rolled back
  1412, // the table has changed since the transaction began
  1615, // the statement has to be prepared again
  1637, // too many transactions
  1836, // InnoDB only reads
  3101, // the group has rolled the transaction back (group replication)
  3572, // a lock was not to be waited for
];

/** The server ends the connection, in the middle of whatever it was doing. */
const ENDED: readonly number[] = [
  1053, // shutting down
  1927, // the connection was killed (MariaDB)
  2006, // gone away
  2013, // lost
  3169, // the connection was killed (MySQL)
  4031, // idle for too long (MySQL)
];

/** Nobody can say whether it was done. */
const UNKNOWN: readonly number[] = [
  ...ENDED,
  1180, // an error while it was committed
  1317, // interrupted
];

const READ_ONLY = 1290;
/** A primary key, or another unique one, that is there already. */
const DUPLICATE_KEY = 1062;
const SYNTAX_ERROR = 1064;
const NO_SUCH_TABLE = 1146;
const NO_SUCH_SAVEPOINT = 1305;
/** What the client says when no answer came in the time that a change unit has given. */
const TIMED_OUT = "PROTOCOL_SEQUENCE_TIMEOUT";

/** Says what an error of the client means. It looks at codes, because the client is the user's own. */
export function classifyError(error: unknown): ErrorClass {
  const number = numberOf(error);
  if (number > 0) {
    if (TRANSIENT.includes(number) || isReadOnly(error)) return "transient";
    return UNKNOWN.includes(number) ? "unknown" : "permanent";
  }
  return isConnectionLost(error) ? "unknown" : "permanent";
}

/** Whether the connection is of no use any more: lost, or to a server that only reads since another one took over. */
export function endsConnection(error: unknown): boolean {
  return isConnectionLost(error) || isReadOnly(error);
}

/** Whether the primary key of an own table is taken; the key is quoted in every language of the server. */
export function isKeyTaken(error: unknown): boolean {
  return numberOf(error) === DUPLICATE_KEY && error instanceof Error && error.message.includes("PRIMARY'");
}

/** Whether a table is missing. */
export function isTableMissing(error: unknown): boolean {
  return numberOf(error) === NO_SUCH_TABLE;
}

/** Whether the server does not understand a statement, which also is what it says of several where it expects one. */
export function isSyntaxError(error: unknown): boolean {
  return numberOf(error) === SYNTAX_ERROR;
}

/** Whether a savepoint is missing. */
export function isSavepointMissing(error: unknown): boolean {
  return numberOf(error) === NO_SUCH_SAVEPOINT;
}

function isConnectionLost(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  if (!(error instanceof Error) || error.name === "NotCapable") return false;
  const number = numberOf(error);
  if (number > 0) return ENDED.includes(number);
  const code = "code" in error ? String(error.code) : "";
  if (code.startsWith("HANDSHAKE_")) return false;
  return code === TIMED_OUT || ("fatal" in error && error.fatal === true);
}

/** After a failover, an old primary; the number alone also stands for other settings. */
function isReadOnly(error: unknown): boolean {
  const number = numberOf(error);
  return number === 1836 || (number === READ_ONLY && error instanceof Error && /read[-_]only/.test(error.message));
}

/** The number that the server has given an error; not above zero for errors that it has not answered with. */
function numberOf(error: unknown): number {
  return error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : 0;
}
