import { assertEquals } from "@std/assert";
import type { Driver } from "../driver.ts";
import type { ConformanceStore } from "./conformance_store.ts";

/** One rule that drivers must keep, and how it is checked. */
export interface ConformanceCase {
  /** What the case is about. */
  readonly group: "lifecycle" | "history" | "lease" | "transaction" | "context";
  /** The rule, as a sentence. */
  readonly rule: string;
  /** Whether the rule is about such a driver and store; every driver when left out. */
  readonly appliesTo?: (driver: Driver<object>, store: ConformanceStore<object>) => boolean;
  /** Checks the rule; throws when it is broken. */
  readonly run: (bench: ConformanceBench) => Promise<void>;
}

/** What a case works with: a store whose tables are made, and drivers on connections of their own. */
export interface ConformanceBench {
  /** The store. */
  readonly store: ConformanceStore<object>;
  /** A driver. */
  readonly driver: Driver<object>;
  /** A second driver on another connection. */
  readonly other: Driver<object>;
  /** Makes one more driver on one more connection. */
  readonly connect: () => Promise<Driver<object>>;
}

/** The guard of a change unit that may use the database. */
export function allow(): void {}

/** The rules about transactions are about drivers that have them. */
export function hasTransactions({ supports }: Driver<object>): boolean {
  return supports.transactions;
}

/** Whether something was written under a key, as another connection sees it. */
export async function isVisible({ store, other }: ConformanceBench, key: string): Promise<boolean> {
  return await store.has(other.context(allow), key);
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const MOST_TRIES = 200;

/** Does what the core does with a transient error: the same again, for a while. */
export async function insist<Result>(driver: Driver<object>, work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      assertEquals(driver.classify(error), "transient", String(error));
      await pause(5);
    }
  }
}
