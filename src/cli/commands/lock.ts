import type { LeaseStatus } from "../../driver.ts";
import { type CommandResult, defineCommand } from "../command.ts";
import { flag } from "../option.ts";
import { withRunner } from "../with_runner.ts";
import { duration, oneLine } from "../words.ts";

const FREE: CommandResult = { outcome: "free", document: { lock: null }, text: "Nobody holds the lock" };

/** `denock lock status`: who holds the lock. Writes nothing. */
export const lockStatus = defineCommand({
  name: "lock status",
  description: "Show who holds the lock, and change nothing",
  options: {},
  examples: ["denock lock status --database sqlite:./shop.db"],
  async run(session) {
    const lock = await withRunner(session, { access: "read" }, (runner) => runner.lockStatus());
    if (lock === null) return FREE;
    return { outcome: lock.remainingMs > 0 ? "held" : "expired", document: { lock }, text: renderLock(lock) };
  },
});

/** `denock lock release`: releases the lock in place of a holder that is gone. */
export const lockRelease = defineCommand({
  name: "lock release",
  description: "Release the lock in place of an execution that is gone; refuses while its lease is alive",
  options: { force: flag("release it also while its lease is alive: the execution ends at its next renewal") },
  examples: ["denock lock release", "denock lock release --force"],
  async run(session, { force }) {
    const lock = await withRunner(session, { access: "write" }, (runner) => runner.releaseLock({ force }));
    if (lock === null) return FREE;
    const text = `Released the lock that ${oneLine(`execution ${lock.owner} on ${lock.hostname}`)} held`;
    return { outcome: "released", document: { lock }, text };
  },
});

function renderLock({ owner, hostname, remainingMs }: LeaseStatus): string {
  const holder = oneLine(`Execution ${owner} on ${hostname}`);
  return remainingMs > 0
    ? `${holder} holds the lock: its lease lasts for ${duration(remainingMs)} unless it is renewed`
    : `${holder} did not give the lock back: its lease has been over for ${duration(-remainingMs)}, ` +
      "so the next execution takes it over";
}
