import type { Mutant } from "./mutant.ts";

const MONGODB = "src/drivers/mongodb/mongo_driver.ts";
const MONGODB_ENTRIES = "src/drivers/mongodb/transaction_entries.ts";
const MONGODB_LEASE = "src/drivers/mongodb/lease_document.ts";
const MONGODB_TEST = "tests/drivers/mongodb/mongo_driver_test.ts";
const SENT_TEST = "tests/drivers/mongodb/sent_commands_test.ts";
const SQLITE = "src/drivers/sqlite/sqlite_driver.ts";
const SQLITE_LEASE = "src/drivers/sqlite/lease_row.ts";
const SQLITE_TEST = "tests/drivers/sqlite/sqlite_driver_test.ts";
const CLOCK = "lease: the lease goes by the clock of the database; only where there is none, by that of whoever asks";
const ONE_SESSION = "MongoDriver sends all transactions and entries in one session, and the lease in another";

/** Bugs in drivers. */
export const driverMutants: readonly Mutant[] = [
  {
    name: "history read without majority",
    file: MONGODB,
    find: 'readConcern: { level: "majority" },',
    replace: 'readConcern: { level: "local" },',
    why: "what a failover takes back was believed",
    caughtBy: { file: SENT_TEST, test: "MongoDriver reads only what the majority has, from the primary" },
  },
  {
    name: "entry not acknowledged by the majority",
    file: MONGODB,
    find: "{ session, writeConcern: MAJORITY }",
    replace: "{ session, writeConcern: { w: 1 } }",
    why: "an entry that was acknowledged vanishes with a failover",
    caughtBy: { file: SENT_TEST, test: "MongoDriver has every write of its own acknowledged by the majority" },
  },
  {
    name: "missing session on the entry of a transaction",
    file: MONGODB_ENTRIES,
    find: "history.insertMany(documents, { session })",
    replace: "history.insertMany(documents)",
    why: "the entry stays when the transaction is not committed",
    caughtBy: { file: SENT_TEST, test: ONE_SESSION },
  },
  {
    name: "missing session on one operation of a unit",
    file: "src/drivers/mongodb/_binder.ts",
    find: "prepared[position] = optionsWithSession(args[position], this.#session);",
    replace: "prepared[position] = args[position];",
    why: "the operation is not part of the transaction",
    caughtBy: {
      file: MONGODB_TEST,
      test: "MongoDriver: transaction: nobody else sees what was done or its entry before the commit",
    },
  },
  {
    name: "session per attempt",
    file: MONGODB,
    find: "const session = this.#ownSession;\n    const bound",
    replace: "const session = this.#session = this.#client.startSession();\n    const bound",
    why: "an execution waits for its own older transaction, and a hand-over far beyond a lease",
    caughtBy: { file: SENT_TEST, test: ONE_SESSION },
  },
  {
    name: "killSessions with an empty list",
    file: MONGODB,
    find: "if (sessions.length === 0 || own === undefined) return;",
    replace: "if (own === undefined) return;",
    why: "it ends the sessions of everybody on the server",
    caughtBy: {
      file: MONGODB_TEST,
      test: "MongoDriver: transaction: evict of nobody, or of a session that is gone, ends nobody's transaction",
    },
  },
  {
    name: "unknown commit taken for a failure",
    file: MONGODB,
    find: 'throw new CommitUnknownError("MongoDB did not confirm the commit", { cause: error });',
    replace: "throw error;",
    why: "a commit whose confirmation was lost has happened",
    caughtBy: {
      file: "tests/drivers/mongodb/unknown_outcome_test.ts",
      test: "migrate() finds out that a commit whose confirmation was lost has happened",
    },
  },
  {
    name: "entries of a transaction that are never sent",
    file: MONGODB,
    find: "await entries.send();\n",
    replace: "",
    why: "change units are executed that the history knows nothing of",
    caughtBy: {
      file: MONGODB_TEST,
      test: "MongoDriver: transaction: what was done and its entry are committed together, and the result is passed on",
    },
  },
  {
    name: "fence that adds its entry",
    file: MONGODB_ENTRIES,
    find: "await bound.inTurn(() => inTime(history.deleteOne({ _id: entry.seq }, { session })));",
    replace: "",
    why: "the history has an entry that nobody has sealed the next one behind",
    caughtBy: {
      file: MONGODB_TEST,
      test: "MongoDriver: transaction: a fence adds nothing, and is refused where the position is taken",
    },
  },
  {
    name: "release without owner",
    file: MONGODB_LEASE,
    find: '{ _id: "lease", owner: { $eq: owner }, token }',
    replace: '{ _id: "lease" }',
    why: "whoever comes late releases the lease of its successor",
    caughtBy: {
      file: MONGODB_TEST,
      test: "MongoDriver: lease: a release by somebody who does not hold it changes nothing",
    },
  },
  {
    name: "lease document deleted on release",
    file: MONGODB_LEASE,
    find: 'await leases.updateOne({ _id: "lease", owner: { $eq: owner }, token }, { $set: { owner: null } }, options);',
    replace: 'await leases.deleteOne({ _id: "lease", owner: { $eq: owner }, token }, options);',
    why: "tokens start again, and an old one is valid once more",
    caughtBy: {
      file: MONGODB_TEST,
      test: "MongoDriver: lease: a released lease is free at once, is not taken over, and its tokens go on",
    },
  },
  {
    name: "lease by the clock of the client",
    file: MONGODB_LEASE,
    find: '{ $lte: ["$expiresAt", "$$NOW"] },',
    replace: '{ $lte: ["$expiresAt", new Date()] },',
    why: "whoever's clock is ahead robs the holder, and whoever's is behind waits for ever",
    caughtBy: { file: MONGODB_TEST, test: `MongoDriver: ${CLOCK}` },
  },
  {
    name: "lease renewed by the clock of the client",
    file: MONGODB_LEASE,
    find: 'expiresAt: { $cond: [isOwn, { $add: ["$$NOW", leaseMs] }, "$expiresAt"] },',
    replace: 'expiresAt: { $cond: [isOwn, new Date(Date.now() + leaseMs), "$expiresAt"] },',
    why: "a lease of a client whose clock is ahead outlives it by as much",
    caughtBy: { file: MONGODB_TEST, test: `MongoDriver: ${CLOCK}` },
  },
  {
    name: "lease row deleted on release",
    file: SQLITE_LEASE,
    find: "UPDATE ${this.#table} SET owner = NULL WHERE owner = :owner AND token = :token",
    replace: "DELETE FROM ${this.#table} WHERE owner = :owner AND token = :token",
    why: "tokens start again, and an old one is valid once more",
    caughtBy: {
      file: SQLITE_TEST,
      test: "SqliteDriver: lease: a released lease is free at once, is not taken over, and its tokens go on",
    },
  },
  {
    name: "take-over without a look at the stamp",
    file: SQLITE_LEASE,
    find: "OR (lease.token || ':' || lease.expires_at) = :takeOver",
    replace: "OR :takeOver IS NOT NULL",
    why: "a holder that has renewed since is robbed of its lease",
    caughtBy: {
      file: SQLITE_TEST,
      test:
        "SqliteDriver: lease: a lease with the stamp that may be taken over is taken before it expires, one with another stamp is not",
    },
  },
  {
    name: "renewal lost with the transaction",
    file: SQLITE,
    find: "if (this.#renewedInside !== undefined) this.#lease.renew(this.#renewedInside);",
    replace: "",
    why: "a transaction that is rolled back takes the renewals of its time away",
    caughtBy: {
      file: SQLITE_TEST,
      test:
        "SqliteDriver: transaction: the lease can be renewed while a transaction is open, and the renewal outlives its rollback",
    },
  },
  {
    name: "locked database taken for a failure",
    file: SQLITE,
    find: " || isLocked(error)",
    replace: "",
    why: "a unit is recorded as failed because somebody else was writing",
    caughtBy: {
      file: "tests/drivers/sqlite/locked_database_test.ts",
      test: "Runner.migrate() on SQLite waits for a transaction of somebody else instead of recording a failure",
    },
  },
  {
    name: "insert or replace",
    file: SQLITE,
    find: "`INSERT INTO ${this.#history} (",
    replace: "`INSERT OR REPLACE INTO ${this.#history} (",
    why: "the history is overwritten, and nobody is fenced off",
    caughtBy: {
      file: SQLITE_TEST,
      test: "SqliteDriver: history: a position that is taken is refused and what stands there stays",
    },
  },
  {
    name: "release of any owner's lease",
    file: "src/drivers/postgres/lease_row.ts",
    find: "set owner = null where owner = $1::text",
    replace: "set owner = null where $1::text is not null",
    why: "whoever knows the token releases the lease of somebody else",
    caughtBy: {
      file: "tests/drivers/postgres/postgres_driver_test.ts",
      test: "PostgresDriver: lease: a release by somebody who does not hold it changes nothing",
    },
  },
  {
    name: "new token for whoever holds the lease",
    file: "src/drivers/mysql/lease_row.ts",
    find: "token = token + IF(owner IS NOT NULL AND ${IS_OWNER}, 0, 1)",
    replace: "token = token + 1",
    why: "a request that is sent again makes the holder's own token invalid",
    caughtBy: {
      file: "tests/drivers/mysql/mysql_driver_test.ts",
      test: "MysqlDriver: lease: whoever holds the lease and asks again gets it again with the same token",
    },
  },
  {
    name: "position not checked at the commit",
    file: "src/drivers/kv/kv_driver.ts",
    find: "operation.check({ key: this.#positionOf(entry), versionstamp: null });",
    replace: "",
    why: "an outdated execution commits, and overwrites the history",
    caughtBy: {
      file: "tests/drivers/kv/kv_driver_test.ts",
      test: "KvDriver: transaction: a position that is taken after the begin keeps the transaction from committing",
    },
  },
  {
    name: "first to commit does not win",
    file: "src/drivers/memory/memory_driver.ts",
    find: "[...staged, ...fences].some((entry) => this.#isTaken(entry))",
    replace: "staged.some((entry) => this.#isTaken(entry))",
    why: "a fence that only looks lets an outdated execution commit",
    caughtBy: {
      file: "tests/drivers/memory_driver_test.ts",
      test: "MemoryDriver: transaction: a fence keeps its position free until the commit, or the transaction fails",
    },
  },
];
