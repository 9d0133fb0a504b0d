import type { ErrorClass } from "../../mod.ts";

/** What goes wrong at a call: the process is gone, or the call fails. */
export type FaultKind =
  | "crash before"
  | "crash after"
  | "crash, reply lost"
  | "transient"
  | "unknown, done"
  | "unknown, not done"
  | "permanent";

/** What goes wrong in a life. */
export interface Fault {
  readonly kind: FaultKind;
  /** The number of the call, from 1. */
  readonly at: number;
  /** Whether this one call fails, or each one from there on. */
  readonly lasts: "once" | "for good";
}

/** Everything that goes wrong at each call, one a life. */
export const FAULTS: readonly Omit<Fault, "at">[] = [
  { kind: "crash before", lasts: "once" },
  { kind: "crash after", lasts: "once" },
  { kind: "crash, reply lost", lasts: "once" },
  { kind: "transient", lasts: "once" },
  { kind: "unknown, done", lasts: "once" },
  { kind: "unknown, not done", lasts: "once" },
  { kind: "permanent", lasts: "once" },
  { kind: "transient", lasts: "for good" },
  { kind: "unknown, done", lasts: "for good" },
  { kind: "unknown, not done", lasts: "for good" },
  { kind: "permanent", lasts: "for good" },
];

/** A fault, at each call or only at those with certain names. */
export type FaultAtCalls = Omit<Fault, "at"> & { readonly calls?: readonly string[] };

/**
 * On servers, for reasons of time, only what leaves one with something half done. What is left when a process is gone before a
 * call is what is left when the reply to the call before that is lost; the other faults happen in front of the driver.
 */
export const FAULTS_OF_SERVERS: readonly FaultAtCalls[] = [
  { kind: "crash, reply lost", lasts: "once" },
  { kind: "unknown, done", lasts: "once", calls: ["append", "commit"] },
];

/** Says a fault in words. */
export function describeFault({ kind, lasts }: Omit<Fault, "at">): string {
  return kind.startsWith("crash") ? kind : `${kind} ${lasts}`;
}

/** The error of a call that fails on purpose. */
export class InjectedError extends Error {
  override readonly name = "InjectedError";
  readonly errorClass: ErrorClass;

  constructor(readonly call: string, kind: FaultKind) {
    super(`The call failed on purpose: ${call}, ${kind}`);
    this.errorClass = kind === "transient" || kind === "permanent" ? kind : "unknown";
  }
}
