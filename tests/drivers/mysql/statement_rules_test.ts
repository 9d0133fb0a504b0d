import { assertEquals } from "@std/assert";
import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { ruleFor } from "../../../src/drivers/mysql/statement_rules.ts";
import { mysqlTest, openMysqlDatabase } from "../../mysql_server.ts";

/** Statements that end a transaction, and the words by which they are refused. */
const ENDING: Readonly<Record<string, string>> = {
  "ALTER TABLE t ADD COLUMN extra INT": "ALTER TABLE",
  "ALTER DATABASE CHARACTER SET utf8mb4": "ALTER DATABASE",
  "ANALYZE TABLE t": "ANALYZE TABLE",
  "ANALYZE LOCAL TABLE t": "ANALYZE LOCAL",
  "BEGIN": "BEGIN",
  "CHECK TABLE t": "CHECK TABLE",
  "COMMIT": "COMMIT",
  "CREATE DATABASE IF NOT EXISTS mysql": "CREATE DATABASE",
  "CREATE INDEX by_value ON t (value)": "CREATE INDEX",
  "CREATE OR REPLACE VIEW v AS SELECT 1": "CREATE OR",
  "CREATE TABLE other (id INT)": "CREATE TABLE",
  "CREATE UNIQUE INDEX by_both ON t (id, value)": "CREATE UNIQUE",
  "create table lower_case (id int)": "CREATE TABLE",
  "DROP TABLE IF EXISTS nothing": "DROP TABLE",
  "FLUSH TABLES": "FLUSH TABLES",
  "GRANT SELECT ON t TO CURRENT_USER": "GRANT SELECT",
  "LOCK TABLES t READ": "LOCK TABLES",
  "OPTIMIZE TABLE t": "OPTIMIZE TABLE",
  "RENAME TABLE t TO u, u TO t": "RENAME TABLE",
  "REPAIR TABLE t": "REPAIR TABLE",
  "ROLLBACK": "ROLLBACK",
  "ROLLBACK WORK": "ROLLBACK WORK",
  "SET autocommit = 0, autocommit = 1": "SET AUTOCOMMIT",
  "SET @@SESSION.autocommit = 0, @@autocommit = 1": "SET @@SESSION",
  "START TRANSACTION; COMMIT": "START TRANSACTION",
  "TRUNCATE t": "TRUNCATE T",
  "SELECT 1; DROP TABLE IF EXISTS nothing": "DROP TABLE",
  "SELECT ';'; /* ; */ DROP TABLE IF EXISTS nothing": "DROP TABLE",
  "-- SELECT\nDROP TABLE IF EXISTS nothing": "DROP TABLE",
  "# SELECT\nDROP TABLE IF EXISTS nothing": "DROP TABLE",
  "/* SELECT */ DROP /* or not */ TABLE IF EXISTS nothing": "DROP TABLE",
  "/*!50000 DROP TABLE IF EXISTS nothing */": "DROP TABLE",
  "/*! DROP */ TABLE IF EXISTS nothing": "DROP TABLE",
  "/*M!100000 DROP TABLE IF EXISTS nothing */": "DROP TABLE",
  "SET STATEMENT max_statement_time = 60 FOR ANALYZE TABLE t": "ANALYZE TABLE",
};

/** Statements that leave a transaction open; those after the first empty line may leave something in the connection. */
const HARMLESS = {
  "": false,
  "SELECT 1": false,
  "(SELECT 1)": false,
  "SELECT 'DROP TABLE t'; SELECT \"; DROP TABLE t\"": false,
  "SELECT 1 AS `drop``; drop table t`": false,
  "SELECT 'it''s; DROP TABLE t', '\\'; DROP TABLE t'": false,
  "SELECT 1 /* ; DROP TABLE t */ -- ; DROP TABLE t": false,
  "SELECT 1 --1 ; SELECT 2": false,
  "INSERT INTO t VALUES (1, 'x') ON DUPLICATE KEY UPDATE value = 'y'": false,
  "UPDATE t SET value = 'ALTER TABLE'": false,
  "DELETE FROM t WHERE id = 99": false,
  "REPLACE INTO t VALUES (2, 'y')": false,
  "WITH x AS (SELECT 1) SELECT * FROM x": false,
  "SHOW TABLES": false,
  "EXPLAIN SELECT 1": false,
  "DO SLEEP(0)": false,
  "SAVEPOINT mine; ROLLBACK TO mine": false,
  "SAVEPOINT mine; ROLLBACK WORK TO SAVEPOINT mine; RELEASE SAVEPOINT mine": false,

  "ANALYZE SELECT 1": true,
  "CHECKSUM TABLE t": true,
  "CREATE TEMPORARY TABLE IF NOT EXISTS mine (id INT)": true,
  "CREATE TEMPORARY TABLE IF NOT EXISTS mine (id INT); DROP TEMPORARY TABLE mine": true,
  "SET @autocommit = 'x', @value = 1": true,
  "SET SESSION sort_buffer_size = 1000000": true,
  "SET STATEMENT max_statement_time = 60 FOR SELECT 1": false,
  "PREPARE mine FROM 'SELECT 1'; EXECUTE mine; DEALLOCATE PREPARE mine": true,
} as const;

/** What only MySQL knows, or what a server for tests had better not do. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  "IMPORT TABLE FROM 'x.sdi'": "IMPORT TABLE",
  "SET PASSWORD = PASSWORD('')": "SET PASSWORD",
  "SET DEFAULT ROLE NONE": "SET DEFAULT",
  "SHUTDOWN": "SHUTDOWN",
  "RESTART": "RESTART",
  "RESET MASTER": "RESET MASTER",
  "XA START 'x'": "XA START",
  "INSTALL PLUGIN x SONAME 'y'": "INSTALL PLUGIN",
  "STOP REPLICA": "STOP REPLICA",
  "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'x'": "CHANGE REPLICATION",
  "LOAD INDEX INTO CACHE t": "LOAD INDEX",
  "CREATE OR REPLACE TEMPORARY TABLE x (id INT); BACKUP STAGE START": "BACKUP STAGE",
};

Deno.test("ruleFor() finds every statement that ends a transaction, behind comments and among others", () => {
  for (const [sql, ending] of Object.entries({ ...ENDING, ...NOT_ASKED })) {
    assertEquals([sql, ruleFor(sql).ending], [sql, ending]);
  }
});

Deno.test("ruleFor() lets pass what leaves the transaction open, and knows what may stay behind in the connection", () => {
  for (const [sql, changesSession] of Object.entries(HARMLESS)) {
    assertEquals([sql, ruleFor(sql)], [sql, { isTransactionControl: false, changesSession }]);
  }
});

Deno.test("ruleFor() tells apart what controls transactions and what changes the schema", () => {
  const controls = Object.keys(ENDING).filter((sql) => ruleFor(sql).isTransactionControl);
  assertEquals(controls, [
    ...["BEGIN", "COMMIT", "ROLLBACK", "ROLLBACK WORK", "SET autocommit = 0, autocommit = 1"],
    ...["SET @@SESSION.autocommit = 0, @@autocommit = 1", "START TRANSACTION; COMMIT"],
  ]);
});

mysqlTest("ruleFor() says the same as the server of every statement that it can be asked about", async (server) => {
  await using database = await openMysqlDatabase(server);
  const pool = database.open({ multipleStatements: true });
  const connection = await pool.getConnection();
  const [[row]] = await connection.query<RowDataPacket[]>("SELECT VERSION() AS version");
  const isMariadb = String(row?.version).includes("MariaDB");
  try {
    for (const sql of [...Object.keys(ENDING), ...Object.keys(HARMLESS)]) {
      if (sql === "" || (!isMariadb && /M!|SET STATEMENT|ANALYZE SELECT/.test(sql))) continue;
      await connection.query("DROP TABLE IF EXISTS t, other, lower_case");
      await connection.query("CREATE TABLE t (id INT PRIMARY KEY, value VARCHAR(20)) ENGINE = InnoDB");
      await connection.query("START TRANSACTION; SAVEPOINT first");
      await connection.query(sql);
      const isOpen = await connection.query("RELEASE SAVEPOINT first").then(() => true, () => false);
      assertEquals([sql, isOpen], [sql, ruleFor(sql).ending === undefined]);
      await connection.query("ROLLBACK; SET autocommit = 1; UNLOCK TABLES");
    }
    const [header] = await connection.query<ResultSetHeader>("DO 0");
    assertEquals((header as ResultSetHeader & { readonly serverStatus: number }).serverStatus & 1, 0);
  } finally {
    connection.release();
  }
});
