/**
 * Denock applies database changes written as code, each exactly once, in order, by one process at a time, and keeps a
 * history that cannot lie. This entry is the core with an in-memory driver; `@denock/denock/mongodb`, `/postgres`,
 * `/mysql`, `/sqlite` and `/kv` are the drivers, `@denock/denock/cli` is the command line, and `@denock/denock/testing`
 * tries drivers and rollbacks.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defineChangeUnit, type MemoryContext, MemoryDriver, Runner } from "@denock/denock";
 *
 * const greet = defineChangeUnit<MemoryContext>({
 *   execution: ({ db }) => db.set("greeting", "hello"),
 *   rollbackExecution: ({ db }) => db.delete("greeting"),
 * });
 * const runner = new Runner({ driver: new MemoryDriver(), migrations: [{ ...greet, id: "greet", order: "0001" }] });
 * const report = await runner.migrate();
 * assertEquals(report.executed.map(({ id }) => id), ["greet"]);
 * ```
 *
 * @module
 */

export type {
  ChangeMethod,
  ChangeUnitAttributes,
  ChangeUnitDefinition,
  Irreversible,
  ListedChange,
  LoadedChangeUnit,
  Reversible,
  WithBefore,
  WithoutBefore,
} from "./src/change_unit/change_unit.ts";
export {
  ChangeLog,
  type ChangeLogAttributes,
  ChangeSet,
  type ChangeSetAttributes,
} from "./src/change_unit/change_log.ts";
export type { ChangeContext } from "./src/change_unit/context.ts";
export type { ChangeUnitClass } from "./src/change_unit/declarations.ts";
export type { ClassMethod, ClassMethodContext } from "./src/change_unit/declare.ts";
export {
  BeforeExecution,
  ChangeUnit,
  type ClassAttributes,
  Execution,
  RollbackBeforeExecution,
  RollbackExecution,
} from "./src/change_unit/decorators.ts";
export { defineChangeUnit } from "./src/change_unit/define_change_unit.ts";
export type { ChangeUnitReading } from "./src/change_unit/read_change_unit.ts";
export {
  CommitUnknownError,
  type Driver,
  type DriverSupports,
  type ErrorClass,
  type Guard,
  type HistoryRange,
  type Lease,
  type LeaseHeld,
  type LeaseRefused,
  type LeaseReply,
  type LeaseRequest,
  type LeaseStatus,
  PositionTakenError,
  type SchemaChanges,
  ScriptError,
  type Transaction,
} from "./src/driver.ts";
export { MemoryDatabase } from "./src/drivers/memory/memory_database.ts";
export { type MemoryContext, MemoryDriver, type MemoryDriverContext } from "./src/drivers/memory/memory_driver.ts";
export { MemoryStore, type StoredLease } from "./src/drivers/memory/memory_store.ts";
export {
  ChangeFailedError,
  DatabaseError,
  type ErrorCode,
  ExecutionError,
  HistoryError,
  HistoryNotWrittenError,
  InterruptedError,
  LockLostError,
  LockNotObtainedError,
  MigrationError,
  PlanError,
  SourceError,
} from "./src/errors.ts";
export type {
  ChangeEntry,
  ChangeState,
  Comment,
  EntryDraft,
  EntryType,
  RecordedError,
} from "./src/history/change_entry.ts";
export type { Limit } from "./src/plan/limit_plan.ts";
export type { MarkStep, MarkSubject, RepairRequest } from "./src/plan/mark_plan.ts";
export type { Plan, PlannedChange, PlanStep, TransactionStrategy } from "./src/plan/plan.ts";
export type { UndoStep, UndoTarget } from "./src/plan/undo_plan.ts";
export type { PlanRules, VersionRange } from "./src/plan/plan_rules.ts";
export type {
  ChangeReference,
  ExecutedChange,
  ExecutionReport,
  FailedChange,
  Operation,
  Problem,
  ProblemCode,
  SkippedChange,
} from "./src/report.ts";
export { type Dependencies, Factory, factory, type Resolved } from "./src/run/dependencies.ts";
export type { RunnerEvent, RunnerListener, Step } from "./src/run/events.ts";
export type { LockOptions } from "./src/run/lock_options.ts";
export type {
  BaselineOptions,
  MigrateOptions,
  ReleaseLockOptions,
  RepairOptions,
  StopOptions,
  UndoOptions,
} from "./src/run/operation_options.ts";
export { Runner } from "./src/run/runner.ts";
export { RunnerBuilder, RunnerBuilderStart, type RunnerSettings } from "./src/run/runner_builder.ts";
export type { RunnerOptions } from "./src/run/runner_options.ts";
export { validateSource, type ValidateSourceOptions } from "./src/run/validate_source.ts";
export type { Runtime } from "./src/run/runtime.ts";
export { FolderSource } from "./src/source/folder_source.ts";
export { type ListedClass, type ListedDefinition, type ListedUnit, ListSource } from "./src/source/list_source.ts";
export { type ManifestRow, ManifestSource } from "./src/source/manifest_source.ts";
export { compareManifest, type ManifestDifference, writeManifest } from "./src/source/write_manifest.ts";
export type { ChangeSource, SourceListing, SourceSnapshot } from "./src/source/source.ts";
