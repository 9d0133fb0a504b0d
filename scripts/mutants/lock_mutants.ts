import type { Mutant } from "./mutant.ts";

const LOCK = "src/run/lock.ts";
const DEADLINE_TEST = "tests/run/lock_deadline_test.ts";
const LOCK_TEST = "tests/run/runner_lock_test.ts";

/** Bugs in the waiting for the lease and the holding of it. */
export const lockMutants: readonly Mutant[] = [
  {
    name: "deadline counted from the reply",
    file: LOCK,
    find: "if (reply.held) return { reply, sentAt };",
    replace: "if (reply.held) return { reply, sentAt: runtime.now() };",
    why: "the database counts from when it was asked: the holder believes in its lease for too long",
    caughtBy: {
      file: DEADLINE_TEST,
      test: "The lease counts from when it was asked for, not from when the answer came",
    },
  },
  {
    name: "renewal counted from the reply",
    file: LOCK,
    find: "        this.#confirmedAt = sentAt;\n",
    replace: "        this.#confirmedAt = runtime.now();\n",
    why: "the database counts from when it was asked: the holder believes in its lease for too long",
    caughtBy: {
      file: DEADLINE_TEST,
      test: "A renewal counts from when it was asked for, not from when the answer came",
    },
  },
  {
    name: "failed renewal taken for a success",
    file: LOCK,
    find: "        pause = leaseMs / 30;\n",
    replace: "        this.#confirmedAt = runtime.now();\n        pause = leaseMs / 30;\n",
    why: "a holder that is cut off from the database goes on for ever",
    caughtBy: { file: DEADLINE_TEST, test: "A renewal that fails does not count" },
  },
  {
    name: "refused renewal not noticed",
    file: LOCK,
    find: "if (!reply.held) return this.#lose(reply);",
    replace: "if (!reply.held) return;",
    why: "a unit works on although another execution has taken over",
    caughtBy: {
      file: "tests/run/runner_lock_lost_test.ts",
      test: "Runner.migrate() stops a transactional unit when it notices that its lease was stolen",
    },
  },
  {
    name: "lease never renewed",
    file: LOCK,
    find: "const heartbeat = lease.keepAlive();",
    replace: "const heartbeat = Promise.resolve();",
    why: "a unit that takes longer than a lease is taken for dead",
    caughtBy: { file: LOCK_TEST, test: "Runner.migrate() renews its lease while a unit takes longer than that" },
  },
  {
    name: "lease not released",
    file: LOCK,
    find: "await lease.release();",
    replace: "",
    why: "everybody else waits for a whole lease after each execution",
    caughtBy: {
      file: LOCK_TEST,
      test: "Runner.migrate() takes over a lease that has expired, and counts its token on",
    },
  },
  {
    name: "waiting without reading on",
    file: LOCK,
    find: "if (await request.isNothingLeft()) return undefined;",
    replace: "",
    why: "whoever waits does not notice that there is nothing left to do",
    caughtBy: {
      file: "tests/run/protocol_test.ts",
      test: "Runner.migrate() does not wait for the lock when somebody else has done everything",
    },
  },
  {
    name: "living holder taken for a stale one",
    file: LOCK,
    find: "if (this.#seen?.stamp !== stamp)",
    replace:
      "const since = this.#seen?.since ?? this.#runtime.now();\n    this.#seen = { stamp, since, leaseMs };\n    if (leaseMs < 0)",
    why: "a holder that renews for longer than a lease is robbed of it",
    caughtBy: {
      file: DEADLINE_TEST,
      test: "A holder that renews its lease is never taken for a stale one, however long it holds it",
    },
  },
];
