import type { Mutant } from "./mutant.ts";

const EXECUTION = "src/run/execution.ts";
const LOG = "src/run/history_log.ts";
const IN_TRANSACTION = "src/run/execute_in_transaction.ts";
const PROTOCOL_TEST = "tests/run/protocol_test.ts";
const LOCK_LOST_TEST = "tests/run/runner_lock_lost_test.ts";
const STOLEN = "Runner.migrate() cannot record the end of a transactional unit after its lease was stolen unnoticed";

/** Bugs in the protocol: the history is the fence. */
export const protocolMutants: readonly Mutant[] = [
  {
    name: "RUN entry left out",
    file: EXECUTION,
    find: 'if (await scope.log.tryAppend(draftEntry(scope, null, { type: "RUN", state: "STARTED" }))) {',
    replace: "if (scope.log) {",
    why: "an older execution that was frozen can still act after the hand-over",
    caughtBy: { file: PROTOCOL_TEST, test: "Runner.migrate() does not act on a plan that is older than its RUN entry" },
  },
  {
    name: "end of the log and pending list from different reads",
    file: EXECUTION,
    find: "const scope = this.#scope(held);\n",
    replace: "await this.#reader.read();\n        const scope = this.#scope(held);\n",
    why: "what somebody did between the two reads is done again",
    caughtBy: { file: PROTOCOL_TEST, test: "Runner.migrate() does not act on a plan that is older than its RUN entry" },
  },
  {
    name: "tail of the log read again after RUN",
    file: LOG,
    find: "async seal(draft: EntryDraft, before: LogEnd = this.#end): Promise<ChangeEntry> {\n",
    replace: "async seal(draft: EntryDraft, before: LogEnd = this.#end): Promise<ChangeEntry> {\n" +
      "    const tail = (await this.#options.driver.readHistory()).at(-1);\n" +
      "    if (tail !== undefined && tail.seq > before.seq) before = tail;\n",
    why: "an outdated execution finds the position behind its successor and commits there",
    caughtBy: { file: LOCK_LOST_TEST, test: STOLEN },
  },
  {
    name: "next free position on a refusal",
    file: LOG,
    find: "if (await this.#place(entry) !== entry.digest) return false;",
    replace: "if (await this.#place(entry) !== entry.digest) {\n" +
      "      const tail = (await this.#options.driver.readHistory()).at(-1);\n" +
      "      if (tail !== undefined) this.#end = tail;\n" +
      "      return await this.tryAppend(draft);\n" +
      "    }",
    why: "a refusal means that a newer execution has begun; going on behind it does its work twice",
    caughtBy: {
      file: "tests/run/history_log_test.ts",
      test: "HistoryLog counts positions and never takes one that is somebody else's",
    },
  },
  {
    name: "entry written after the commit",
    file: IN_TRANSACTION,
    find: "await (task.recorded ? append(entry) : fence(entry));\n" +
      "      }\n" +
      "    }, method.guard);\n",
    replace: "if (!task.recorded) await fence(entry);\n" +
      "      }\n" +
      "    }, method.guard);\n" +
      "    for (const entry of entries) if (task.recorded) await driver.append(entry);\n",
    why: "effects without an entry after a crash, and a stale execution commits",
    caughtBy: { file: LOCK_LOST_TEST, test: STOLEN },
  },
  {
    name: "body repeated after an unknown commit",
    file: IN_TRANSACTION,
    find:
      'return await scope.log.settle(first, draftEntry(scope, null, { type: "RUN", state: "STARTED" })) === "committed";',
    replace:
      'if (await scope.log.settle(first, draftEntry(scope, null, { type: "RUN", state: "STARTED" })) === "committed") {\n' +
      "    scope.log.advance(first);\n" +
      "  }\n" +
      "  return false;",
    why: "a commit whose confirmation was lost has happened: the unit is applied twice",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() executes a unit once when only the confirmation of its commit is lost",
    },
  },
  {
    name: "unknown commit taken for a commit",
    file: IN_TRANSACTION,
    find:
      'return await scope.log.settle(first, draftEntry(scope, null, { type: "RUN", state: "STARTED" })) === "committed";',
    replace: "return true;",
    why: "a commit that was lost on the way has not happened: the unit is reported and never applied",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() executes a unit once when all of its commit is lost",
    },
  },
  {
    name: "taken position not in doubt",
    file: IN_TRANSACTION,
    find: "return error instanceof CommitUnknownError || error instanceof PositionTakenError;",
    replace: "return error instanceof CommitUnknownError;",
    why: "an entry that is not durable may vanish again: a failure that never was is recorded",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() tries again when an entry that has taken its position vanishes",
    },
  },
  {
    name: "own entry not recognised",
    file: LOG,
    find: "if (standing !== undefined) return standing.digest;",
    replace: 'if (standing !== undefined) return "";',
    why: "an append whose confirmation was lost, and which the next try finds, looks like somebody else's",
    caughtBy: { file: PROTOCOL_TEST, test: "Runner.migrate() recognises its own entry when the confirmation was lost" },
  },
  {
    name: "entry that is not durable taken for somebody else's",
    file: LOG,
    find: "if (standing !== undefined) return standing.digest;",
    replace: 'return standing?.digest ?? "";',
    why: "what the majority does not have may vanish: an execution that nobody has superseded gives up",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() offers its entry again where a position is taken by nothing that lasts",
    },
  },
  {
    name: "failed write of the history swallowed",
    file: LOG,
    find: "throw new HistoryNotWrittenError(`Cannot write to the history: ${firstLine(cause)}`, { cause });",
    replace: "return entry.digest;",
    why: "what is not written down is executed again at the next start",
    caughtBy: { file: PROTOCOL_TEST, test: "Runner.migrate() does not call done what it cannot write down" },
  },
  {
    name: "executionId kept over a restart",
    file: "src/run/runtime.ts",
    find: "uuid: () => crypto.randomUUID(),",
    replace: 'uuid: () => "00000000-0000-4000-8000-000000000000",',
    why: "two processes hold the lease under one name, and take each other's entries for their own",
    caughtBy: { file: PROTOCOL_TEST, test: "Every execution has an id of its own" },
  },
  {
    name: "lease not checked before RUN",
    file: EXECUTION,
    find: "held.check();\n",
    replace: "",
    why: "an execution that was frozen behind the lease fences off the one that has taken over",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() appends nothing once its lease has lapsed before its RUN entry",
    },
  },
  {
    name: "nothing ended at a take-over",
    file: EXECUTION,
    find: "if (takenOver) await scope.log.evict();",
    replace: "",
    why: "the open transaction of the one that is gone holds everybody up until the server ends it",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() ends what earlier executions still hold when it takes their lease over",
    },
  },
  {
    name: "evict asked with an empty list",
    file: LOG,
    find: "if (others.length === 0) return;",
    replace: "",
    why: "an empty list ends the sessions of everybody",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() ends nobody's session when it knows of none: an empty list would be everybody",
    },
  },
  {
    name: "digest not checked",
    file: "src/run/history_reader.ts",
    find: "await verifyDigests(this.#unverified);",
    replace: "",
    why: "a history that was edited by hand is believed",
    caughtBy: {
      file: "tests/run/runner_history_test.ts",
      test: "Runner.migrate() runs nothing on a history with an edited field",
    },
  },
  {
    name: "gap in the history not noticed",
    file: "src/history/history.ts",
    find: "checkLink(entry, end);",
    replace: "",
    why: "what was removed by hand is executed again",
    caughtBy: {
      file: "tests/run/runner_history_test.ts",
      test: "Runner.migrate() notices a deleted entry also with nothing to do",
    },
  },
  {
    name: "write with nothing to do",
    file: EXECUTION,
    find: "if (isNothingLeft(this.#plan)) return this.#report.build();",
    replace: "",
    why: "a start with nothing to do asks for the lease and waits for others",
    caughtBy: {
      file: "tests/run/runner_test.ts",
      test: "Runner.migrate() with nothing to do writes nothing and costs one read",
    },
  },
];
