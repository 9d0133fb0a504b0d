import type { ChangeContext } from "../change_unit/context.ts";
import type { Driver } from "../driver.ts";
import type { ListedUnit } from "../source/list_source.ts";
import type { ChangeSource } from "../source/source.ts";
import type { Dependencies, Factory } from "./dependencies.ts";
import { Runner } from "./runner.ts";
import type { RunnerOptions } from "./runner_options.ts";

/** Everything about a runner that neither its driver nor its change units nor its dependencies are. */
export type RunnerSettings = Omit<RunnerOptions<object>, "driver" | "migrations" | "dependencies">;

/** The beginning of a {@link RunnerBuilder}. */
export class RunnerBuilderStart {
  /** Says which database it is; everything else follows. */
  driver<Context extends object>(driver: Driver<Context>): RunnerBuilder<Context> {
    return new RunnerBuilder<Context>(driver, {}, {}, undefined);
  }
}

/**
 * Builds a runner step by step. Each dependency extends what change units get, so that one that is missing does not
 * type-check.
 *
 * @typeParam Context What change units get so far, beside what the core gives.
 */
export class RunnerBuilder<Context extends object> {
  readonly #driver: Driver<object>;
  readonly #dependencies: Dependencies;
  readonly #settings: RunnerSettings;
  readonly #migrations: string | URL | ChangeSource | readonly ListedUnit<Context & ChangeContext>[] | undefined;

  /** Goes on from a step; begin with `Runner.builder()`. */
  constructor(
    driver: Driver<object>,
    dependencies: Dependencies,
    settings: RunnerSettings,
    migrations: string | URL | ChangeSource | readonly ListedUnit<Context & ChangeContext>[] | undefined,
  ) {
    this.#driver = driver;
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#migrations = migrations;
  }

  /** Registers a dependency under a name: a value, or a {@link Factory} for one that is built on the context. */
  dependency<Name extends string, Value>(
    name: Name,
    value: Factory<Context & ChangeContext, Value>,
  ): RunnerBuilder<Context & { readonly [Key in Name]: Value }>;
  /** Registers a dependency under a name. */
  dependency<Name extends string, Value>(
    name: Name,
    value: Value,
  ): RunnerBuilder<Context & { readonly [Key in Name]: Value }>;
  dependency(name: string, value: unknown): RunnerBuilder<Context> {
    return new RunnerBuilder(this.#driver, { ...this.#dependencies, [name]: value }, this.#settings, this.#migrations);
  }

  /** Says where change units come from: a folder, a list, or another source. */
  migrations(
    migrations: string | URL | ChangeSource | readonly ListedUnit<Context & ChangeContext>[],
  ): RunnerBuilder<Context> {
    return new RunnerBuilder(this.#driver, this.#dependencies, this.#settings, migrations);
  }

  /** Says anything else about the runner; what is said twice counts as said last. */
  settings(settings: RunnerSettings): RunnerBuilder<Context> {
    return new RunnerBuilder(this.#driver, this.#dependencies, { ...this.#settings, ...settings }, this.#migrations);
  }

  /**
   * Makes the runner.
   *
   * @throws {TypeError} when nobody has said where change units come from, or a dependency has a name that is given already.
   */
  build(): Runner<Context> {
    const migrations = this.#migrations;
    if (migrations === undefined) throw new TypeError("Say where change units come from: .migrations(…)");
    // The types of the steps have made sure that driver and dependencies give what the change units need.
    const options = { ...this.#settings, driver: this.#driver, dependencies: this.#dependencies, migrations };
    return new Runner<Context>(options as unknown as RunnerOptions<Context>);
  }
}
