/**
 * The command line of Denock: `denock --help` shows its commands.
 *
 * ```sh
 * deno run -A jsr:@denock/denock/cli migrate --database sqlite:./shop.db --migrations ./migrations
 * ```
 *
 * As a module it has what a `denock.config.ts` needs.
 *
 * @example
 * ```ts
 * import { defineConfig } from "@denock/denock/cli";
 *
 * export default defineConfig({ database: "sqlite:./shop.db" });
 * ```
 *
 * @module
 */

export type { PlanRules, VersionRange } from "../plan/plan_rules.ts";
export type { TransactionStrategy } from "../plan/plan.ts";
export type { Dependencies } from "../run/dependencies.ts";
export type { LockOptions } from "../run/lock_options.ts";
export { defineConfig, type DenockConfig, type EnvironmentConfig } from "./configuration.ts";
export { EXIT_CODES, type ExitCode } from "./exit_code.ts";

async function main(): Promise<void> {
  const { run } = await import("./run.ts");
  const { stdin, stdout, stderr, noColor, exit } = Deno;
  // A terminal that does not know how wide it is says 0.
  const columns = () => stderr.isTerminal() ? Deno.consoleSize().columns || 80 : 80;
  exit(await run(Deno.args, { stdin, stdout, stderr, noColor, columns, exit }));
}

// Not awaited: a configuration imports this module, and would wait for the end of the command that reads it.
if (import.meta.main) main();
