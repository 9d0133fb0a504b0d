import type { Document } from "mongodb";
import { DatabaseError } from "../../errors.ts";

/** MongoDB 4.4 in the count of the protocol: from then on a transaction may do what change units are allowed to do in one. */
const OLDEST_WIRE_VERSION = 9;

const WAYS_AROUND = 'say `transactional: false` in the change units, or set `transactionStrategy: "none"`';

/** Why transactions cannot be had from a server that has answered `hello` like this; undefined when they can. */
export function refusalOfServer(hello: Document): DatabaseError | undefined {
  const { setName, msg, maxWireVersion = 0 } = hello;
  if (setName === undefined && msg !== "isdbgrid") return transactionsUnavailable();
  if (maxWireVersion >= OLDEST_WIRE_VERSION) return undefined;
  return new DatabaseError(
    "TRANSACTIONS_UNAVAILABLE",
    "This MongoDB server is older than 4.4, and its transactions cannot do what change units need (it speaks version " +
      `${maxWireVersion} of the protocol): update it, ${WAYS_AROUND}`,
  );
}

/** The server is no member of a replica set. */
export function transactionsUnavailable(cause?: unknown): DatabaseError {
  return new DatabaseError(
    "TRANSACTIONS_UNAVAILABLE",
    `This MongoDB server is standalone and has no transactions: start it as a replica set (one member is enough), ${WAYS_AROUND}`,
    { cause },
  );
}
