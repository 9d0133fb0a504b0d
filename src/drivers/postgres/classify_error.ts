import type { ErrorClass } from "../../driver.ts";

/** SQLSTATEs after which nothing was done, and another try may succeed. */
const TRANSIENT: readonly string[] = [
  "40001", // serialization failure
  "40P01", // deadlock
  "53300", // too many connections
  "55P03", // a lock was not to be had in time
  "57P03", // the server is starting up or shutting down
];

/** SQLSTATEs after which nobody knows whether the statement counts: the server has gone away in its middle. */
const UNKNOWN: readonly string[] = ["40003", "57P01", "57P02", "57P05"];

/** SQLSTATEs about the connection itself. */
const CONNECTION_CLASS = /^08/;

/** What the client and the network say of a connection that is lost, or that could not be had. */
const CONNECTION: readonly string[] = [
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
];

/** Says what an error of the client means. It looks at codes, because the client is the user's own. */
export function classifyError(error: unknown): ErrorClass {
  if (isConnectionError(error)) return "unknown";
  const state = stateOf(error);
  if (TRANSIENT.includes(state)) return "transient";
  return UNKNOWN.includes(state) || CONNECTION_CLASS.test(state) ? "unknown" : "permanent";
}

/** Whether the connection is gone, or there was none. */
export function isConnectionError(error: unknown): boolean {
  return CONNECTION.includes(codeOf(error));
}

/** The SQLSTATE with which the server has answered, or an empty text when the error is not the server's. */
export function stateOf(error: unknown): string {
  return error instanceof Error && "severity" in error ? codeOf(error) : "";
}

/** The place in the server that the error comes from; unlike its message it is not translated. */
export function routineOf(error: unknown): string {
  return error instanceof Error && "routine" in error ? String(error.routine) : "";
}

/** Where in the statement the server has found the error, counted in characters from 1, if it says so. */
export function positionOf(error: unknown): number | undefined {
  return error instanceof Error && "position" in error ? Number(error.position) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
