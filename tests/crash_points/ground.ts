import type { Driver } from "../../mod.ts";

/** A process's own way to the database. */
export interface Connection {
  readonly driver: Driver<object>;
  /** What happens to the connection when its process is gone. */
  cut(): Promise<void>;
}

/** Everything in a database, to be put back as often as it is needed. */
export interface Ground {
  /** The way to the database for one more process. */
  connect(): Connection;
  /** The driver of somebody who only looks. */
  readonly outside: Driver<object>;
  /** What change units do: counts a key up. */
  add(context: object, key: string): Promise<void>;
  /** What rollback methods do: removes a key. */
  clear(context: object, key: string): Promise<void>;
  /** What somebody sees who looks from outside; what is not there is 0. */
  counters(): Promise<Counters>;
  /** What somebody does by hand; 0 removes the key. */
  put(key: string, value: number): Promise<void>;
  /** Keeps everything as it is now; the function returned puts it back, and ends what processes that are gone have left. */
  save(): Promise<() => Promise<void>>;
}

/** How often each key was counted up. */
export type Counters = ReadonlyMap<string, number>;

/**
 * What becomes of the transactions of processes that are gone. A server that does not know of it does not end them: they
 * `stay`, and whoever comes next has to deal with them, until their time is over and they `are ended`.
 */
export type Abandoned = "stay" | "are ended";
