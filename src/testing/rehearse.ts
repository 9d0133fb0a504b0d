import { equal } from "@std/assert";
import { PlanError } from "../errors.ts";
import type { ChangeReference } from "../report.ts";
import type { Dependencies } from "../run/dependencies.ts";
import { Runner } from "../run/runner.ts";
import type { RunnerOptions } from "../run/runner_options.ts";

/**
 * What a rehearsal needs: everything that a runner needs, for a database of its own.
 *
 * @typeParam Context What the driver gives change units.
 * @typeParam Given The dependencies.
 */
export interface RehearsalOptions<Context extends object, Given extends Dependencies = Dependencies>
  extends RunnerOptions<Context, Given> {
  /**
   * Reads whatever of the database is to be compared: documents, rows, the schema. Left out, it is only tried whether every
   * change unit can be executed, undone and executed again.
   */
  readonly snapshot?: () => unknown;
}

/** A change unit that did not leave the database as it should have. */
export interface RehearsalDifference {
  /** The change unit. */
  readonly change: ChangeReference;
  /** `rollback`: it did not bring back what was there before. `repetition`: executed again, it did something else. */
  readonly after: "rollback" | "repetition";
  /** The snapshot as it should be. */
  readonly expected: unknown;
  /** The snapshot as it is. */
  readonly actual: unknown;
}

/** What a rehearsal has found. */
export interface Rehearsal {
  /** The change units that were executed, undone and executed again. */
  readonly rehearsed: readonly ChangeReference[];
  /** Those that say that they are irreversible; they were only executed. */
  readonly irreversible: readonly ChangeReference[];
  /** What differs; empty when every rollback restores what was there. */
  readonly differences: readonly RehearsalDifference[];
}

/**
 * Rehearses the pending change units on a database for tests, one after the other: executes each, undoes it, and executes it
 * again, with a look at the database after each step. Change units that run always are executed along with every other one.
 *
 * @typeParam Context What the driver gives change units.
 * @typeParam Given The dependencies.
 * @throws {ChangeFailedError} when a change unit or a rollback fails.
 * @throws {PlanError} when there is a problem with the change units.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openDatabase, SqliteDriver } from "@denock/denock/sqlite";
 * import { rehearse } from "@denock/denock/testing";
 *
 * using database = openDatabase(":memory:");
 * const { differences, rehearsed } = await rehearse({
 *   driver: new SqliteDriver({ database }),
 *   migrations: [{
 *     id: "create_users",
 *     order: "0001",
 *     execution: ({ db }) => db.exec("CREATE TABLE users (name TEXT NOT NULL) STRICT"),
 *     rollbackExecution: ({ db }) => db.exec("DROP TABLE users"),
 *   }],
 *   snapshot: () => database.prepare("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'denock%'").all(),
 * });
 * assertEquals(differences, []);
 * assertEquals(rehearsed.length, 1);
 * ```
 */
export async function rehearse<Context extends object, Given extends Dependencies = Dependencies>(
  { snapshot = () => null, ...options }: RehearsalOptions<Context, Given>,
): Promise<Rehearsal> {
  const runner = new Runner<Context, Given>(options);
  const rehearsed: ChangeReference[] = [];
  const irreversible: ChangeReference[] = [];
  const differences: RehearsalDifference[] = [];
  const { steps, problems } = await runner.plan();
  if (problems.some(({ severity }) => severity === "error")) throw new PlanError(problems);
  for (const { unit } of steps) {
    const change = { id: unit.id, author: unit.author, order: unit.order, file: unit.file };
    const before = await snapshot();
    await runner.migrate({ to: unit.id });
    if (unit.irreversible !== null) {
      irreversible.push(change);
      continue;
    }
    const executed = await snapshot();
    await runner.undo({ count: 1 });
    const undone = await snapshot();
    if (!equal(undone, before)) differences.push({ change, after: "rollback", expected: before, actual: undone });
    await runner.migrate({ to: unit.id });
    const again = await snapshot();
    if (!equal(again, executed)) differences.push({ change, after: "repetition", expected: executed, actual: again });
    rehearsed.push(change);
  }
  return { rehearsed, irreversible, differences };
}
