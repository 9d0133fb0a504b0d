import type { Mutant } from "./mutant.ts";

const ALONE = "src/run/execute_without_transaction.ts";
const STEPS = "src/run/execute_steps.ts";
const PROTOCOL_TEST = "tests/run/protocol_test.ts";

/** Bugs in what is done with single change units. */
export const unitMutants: readonly Mutant[] = [
  {
    name: "blind re-run of STARTED",
    file: "src/plan/decide.ts",
    find: 'if (known?.execution === "STARTED") recover.push("EXECUTION");',
    replace: "",
    why: "a non-transactional unit that was interrupted is applied twice in silence",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() rolls an interrupted unit back before it executes it again",
    },
  },
  {
    name: "rollback of an interrupted unit recorded without running it",
    file: ALONE,
    find: "await callStep(scope, unit, { method, signal, attempt });",
    replace: "",
    why: "the unit is applied on top of what was begun",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() rolls an interrupted unit back before it executes it again",
    },
  },
  {
    name: "no wait for whoever is only frozen",
    file: STEPS,
    find: "await untilOthersAreGone(scope);",
    replace: "",
    why: "whoever was frozen goes on in the middle of the rollback",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() rolls an interrupted unit back before it executes it again",
    },
  },
  {
    name: "network error recorded as a failure",
    file: ALONE,
    find: 'if (isUnknown(scope, error)) return { ...elapsed(), failure: { state: "STARTED", error } };',
    replace: "",
    why: "nobody knows whether the last call was done, and the history says that it was not",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() leaves a non-transactional unit open when nobody knows whether its last call was done",
    },
  },
  {
    name: "STARTED written after the unit",
    file: ALONE,
    find: 'await record(scope, unit, step, { state: "STARTED" });\n  const startedAt',
    replace: "const startedAt",
    why: "a crash in the middle of a non-transactional unit leaves no trace",
    caughtBy: {
      file: PROTOCOL_TEST,
      test: "Runner.migrate() leaves a non-transactional unit open when nobody knows whether its last call was done",
    },
  },
  {
    name: "failure not recorded",
    file: STEPS,
    find: "await scope.log.append(draftEntry(scope, unit, details));",
    replace: "await Promise.resolve(details);",
    why: "nobody can see from the history why a unit is still pending",
    caughtBy: {
      file: "tests/run/runner_failure_test.ts",
      test: "ChangeFailedError has the error of the change unit as its cause, and the history has it without secrets",
    },
  },
  {
    name: "guard never throws",
    file: "src/run/execution_scope.ts",
    find: "      check();\n",
    replace: "",
    why: "a unit goes on writing after its lease was lost",
    caughtBy: {
      file: "tests/run/runner_lock_lost_test.ts",
      test: "Runner.migrate() keeps a non-transactional unit from the database once its lease may have lapsed",
    },
  },
  {
    name: "database open to a unit that has ended",
    file: "src/run/execution_scope.ts",
    find: "this.#ended = true;",
    replace: "",
    why: "a call that nobody has awaited lands outside of the transaction or after the rollback",
    caughtBy: {
      file: "tests/run/runner_use_test.ts",
      test: "A non-transactional method cannot use the database after it has ended",
    },
  },
  {
    name: "undo in the order of files",
    file: "src/plan/undo_plan.ts",
    find: ".toSorted((left, right) => right.executedSince - left.executedSince);",
    replace: ".toSorted((left, right) => Number(right.order) - Number(left.order));",
    why: "what was executed last may build on what has the smaller number",
    caughtBy: {
      file: "tests/run/undo_test.ts",
      test: "undo() goes by the order of execution, not by that of the files",
    },
  },
  {
    name: "repeat without a trace commits behind a newer execution",
    file: "src/run/execute_in_transaction.ts",
    find: "await (task.recorded ? append(entry) : fence(entry));",
    replace: "if (task.recorded) await append(entry);",
    why: "without an entry only the fence keeps an outdated execution from committing",
    caughtBy: {
      file: "tests/run/repeats_test.ts",
      test: "recordRepeats: false does not let an older execution commit behind a newer one",
    },
  },
  {
    name: "last entry vouches although a change unit has failed",
    file: "src/run/carry_out.ts",
    find: "if (outcomes.some(({ failure }) => failure !== undefined)) settling = null;",
    replace: "",
    why: "what failed is never tried again",
    caughtBy: {
      file: "tests/run/settled_test.ts",
      test: "Nothing vouches behind a failure, whichever change unit it is and however it goes on",
    },
  },
  {
    name: "entry vouches for edited files",
    file: "src/source/folder/source_file.ts",
    find: "    all.set(bytes, place);\n",
    replace: "",
    why: "an edited change unit goes unnoticed",
    caughtBy: {
      file: "tests/run/settled_test.ts",
      test: "An edited file is found behind an entry that vouches for what it was",
    },
  },
  {
    name: "entry vouches for what runs always",
    file: "src/plan/settling_unit.ts",
    find: "!unit.runAlways && ",
    replace: "",
    why: "a change unit that runs in every execution runs once",
    caughtBy: {
      file: "tests/run/settled_test.ts",
      test: "Nothing vouches for what has to be looked at in each start",
    },
  },
];
