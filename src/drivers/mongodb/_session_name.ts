import type { ClientSession } from "mongodb";

/** The id of a session, in hexadecimal digits; empty before it has one. */
export function nameOfSession(session: ClientSession): string {
  return session.id?.id.toString("hex") ?? "";
}

/** The bytes of the id that a session is named by. */
export function bytesOfSession(name: string): Uint8Array {
  return Uint8Array.from(name.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
