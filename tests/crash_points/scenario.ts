import type { TransactionStrategy } from "../../src/plan/plan.ts";

/** What a process is started for. */
export type Operation = "migrate" | "undo" | "repair" | "baseline";

/** A change unit, told by what matters here. */
export interface PlainUnit {
  readonly id: string;
  readonly transactional: boolean;
  /** Whether it has a before step. */
  readonly hasBefore?: true;
  /** Whether it has no rollback method. */
  readonly irreversible?: true;
  readonly runAlways?: true;
  /** Whether it takes longer than the lock goes without a renewal. */
  readonly slow?: true;
}

/** A situation, and what is done in it. */
export interface Scenario {
  readonly name: string;
  readonly units: readonly PlainUnit[];
  readonly operation: Operation;
  readonly strategy?: TransactionStrategy;
  readonly recordRepeats?: false;
  /** What was done before: a migration, which may have been gone after its first use of the database. */
  readonly before?: "migrated" | "interrupted";
  /** What a person has put right by hand since. */
  readonly byHand?: Readonly<Record<string, number>>;
}

const a = { id: "a", transactional: true } as const;
const b = { id: "b", transactional: true } as const;

/** Every operation, with every kind of change unit that it goes differently about. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "migrate, transactional", units: [a, { ...b, slow: true }], operation: "migrate" },
  {
    name: "migrate, without transactions",
    units: [{ id: "a", transactional: false, slow: true }, { id: "b", transactional: false }],
    operation: "migrate",
  },
  {
    name: "migrate, without transactions and irreversible",
    units: [{ id: "a", transactional: false, irreversible: true }],
    operation: "migrate",
  },
  {
    name: "migrate, without transactions, with a before step",
    units: [{ id: "a", transactional: false, hasBefore: true }],
    operation: "migrate",
  },
  { name: "migrate, transactional, with a before step", units: [{ ...a, hasBefore: true }], operation: "migrate" },
  {
    name: "migrate, of both kinds",
    units: [a, { id: "b", transactional: false }, { id: "c", transactional: true, hasBefore: true }],
    operation: "migrate",
  },
  {
    name: "migrate, strategy run",
    units: [{ ...a, hasBefore: true }, { ...b, hasBefore: true }],
    operation: "migrate",
    strategy: "run",
  },
  { name: "migrate, strategy none", units: [a, { ...b, hasBefore: true }], operation: "migrate", strategy: "none" },
  {
    name: "migrate, runAlways",
    units: [{ ...a, runAlways: true }, { ...b, runAlways: true }],
    operation: "migrate",
    before: "migrated",
  },
  {
    name: "migrate, runAlways, recordRepeats false",
    units: [{ ...a, runAlways: true }],
    operation: "migrate",
    recordRepeats: false,
    before: "migrated",
  },
  { name: "undo, transactional", units: [a, b], operation: "undo", before: "migrated" },
  { name: "undo, transactional, strategy run", units: [a, b], operation: "undo", strategy: "run", before: "migrated" },
  {
    name: "undo, transactional, strategy run, with a before step",
    units: [a, { ...b, hasBefore: true }],
    operation: "undo",
    strategy: "run",
    before: "migrated",
  },
  {
    name: "undo, of both kinds, with before steps",
    units: [{ ...a, hasBefore: true }, { id: "b", transactional: false, hasBefore: true }],
    operation: "undo",
    before: "migrated",
  },
  {
    name: "repair",
    units: [{ id: "a", transactional: false, irreversible: true }],
    operation: "repair",
    before: "interrupted",
    byHand: { "a.1": 1, "a.2": 1 },
  },
  { name: "baseline", units: [a, { ...b, hasBefore: true }], operation: "baseline" },
  {
    name: "migrate, after an interruption",
    units: [{ id: "a", transactional: false }, b],
    operation: "migrate",
    before: "interrupted",
  },
  {
    name: "migrate, after an interruption of a before step",
    units: [{ ...a, hasBefore: true }],
    operation: "migrate",
    before: "interrupted",
  },
];
