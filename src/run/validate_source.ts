import { lazily } from "../lazily.ts";
import type { Plan } from "../plan/plan.ts";
import { DEFAULT_RULES } from "../plan/plan_rules.ts";
import { sourceOf } from "../source/source_of.ts";
import type { RunnerOptions } from "./runner_options.ts";

const planningModule = lazily(() => import("./planning.ts"));
const historyModule = lazily(() => import("../history/history.ts"));

/** What {@link validateSource} needs to know; it means the same there as for a `Runner`. */
export interface ValidateSourceOptions
  extends Pick<RunnerOptions<never>, "migrations" | "rules" | "defaultAuthor" | "listener"> {}

/** A database that can do everything and in which nothing has happened yet. */
const ANY_DATABASE = {
  name: "any database",
  supports: { transactions: true, schemaChanges: "transactional" },
  runScript: () => Promise.resolve(),
} as const;

/**
 * Checks change units alone, without a database: loads all of them and plans as if nothing had been executed yet. What is wrong
 * with them stands in the `problems` of the plan.
 *
 * @throws {SourceError} when the folder cannot be read.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { validateSource } from "@denock/denock";
 *
 * const { problems } = await validateSource({
 *   migrations: [
 *     { id: "greet", order: "1", execution: () => {}, irreversible: "it does nothing" },
 *     { id: "part", order: "1", execution: () => {}, irreversible: "it does nothing" },
 *   ],
 * });
 * assertEquals(problems.map(({ code }) => code), ["DUPLICATE_ORDER"]);
 * ```
 */
export async function validateSource(
  { migrations, rules, defaultAuthor, listener }: ValidateSourceOptions,
): Promise<Plan> {
  const { Planning } = await planningModule();
  const { EMPTY_HISTORY } = await historyModule();
  await using planning = new Planning({
    source: sourceOf(migrations),
    rules: { ...DEFAULT_RULES, ...rules },
    defaultAuthor: defaultAuthor ?? "default-author",
    driver: ANY_DATABASE,
    transactionStrategy: "change",
    listener,
  });
  return await planning.plan(EMPTY_HISTORY);
}
