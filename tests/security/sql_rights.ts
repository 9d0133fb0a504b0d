/**
 * What the scripts for databases with SQL in docs/security.md have in common.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { Driver } from "../../mod.ts";
import { WorkFolder } from "../cli/denock.ts";
import { denock } from "./command_line.ts";

/** The command line on one database, as one of several users. */
export interface Users {
  /** The migrations folder. */
  readonly folder: WorkFolder;
  /** The configuration; a file is read once in a process. */
  readonly config?: string;
  /** The URL for a user. */
  url(user: string): string;
}

/** What only reads. */
const READS: readonly (readonly string[])[] = [
  ["plan"],
  ["list"],
  ["history"],
  ["validate"],
  ["lock", "status"],
  ["plan", "--undo", "--all"],
];

const because = ["--reason", "a test", "--by", "ann", "--yes"];

/** Every command that works on the database, with three change units of which the second is called `add_second`. */
const EVERYTHING: readonly (readonly string[])[] = [
  ["plan"],
  ["migrate"],
  ["migrate"],
  ["list"],
  ["history"],
  ["validate"],
  ["undo", "--to", "add_second", "--yes"],
  ["repair", "--executed", "add_second", ...because],
  ["baseline", "--to", "count", ...because],
  ["lock", "status"],
  ["lock", "release"],
  ["undo", "--all", "--yes"],
  ["migrate"],
];

/** Runs a command as somebody. */
export async function as({ folder, config = "denock.config.ts", url }: Users, user: string, words: readonly string[]) {
  const options = ["--migrations", `${folder.path}/migrations`, "--config", `${folder.path}/${config}`];
  return await denock([...words, "--database", url(user), ...options]);
}

/** The rights of the user are enough for everything. */
export async function assertRunsEverything(users: Users, user: string): Promise<void> {
  for (const words of EVERYTHING) await assertRuns(users, user, words);
}

/** The rights of the user are enough to read. */
export async function assertReads(users: Users, user: string): Promise<void> {
  for (const words of READS) await assertRuns(users, user, words);
}

/** The user is told which right is missing, and what to do. */
export async function assertLacks(
  users: Users,
  user: string,
  rights: readonly (readonly [words: string, right: RegExp])[],
): Promise<void> {
  for (const [words, right] of rights) {
    const { code, stderr } = await as(users, user, words.split(" "));
    assertEquals(code, 5, `${words}: ${stderr}`);
    assertMatch(stderr, right);
    assertMatch(stderr, /Give the user the right that is missing, by one of the roles in docs\/security\.md/);
  }
}

async function assertRuns(users: Users, user: string, words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await as(users, user, words);
  assertEquals(code, 0, `${user}: ${words.join(" ")}: ${stdout}${stderr}`);
}

/** What has a transaction open that somebody with the same rights can end by its name. */
export async function assertEnds<Context extends object>(
  gone: Driver<Context>,
  next: Driver<Context>,
  use: (context: Context) => Promise<unknown>,
): Promise<void> {
  const begun = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const lost = gone.transaction(async ({ context }) => {
    await use(context);
    begun.resolve();
    await resumed.promise;
    await use(context);
  }, () => {}).then(() => "committed", () => "ended");
  await begun.promise;
  await next.evict?.([gone.session ?? ""]);
  resumed.resolve();
  assertEquals(await lost, "ended");
}
