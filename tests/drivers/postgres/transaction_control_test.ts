import { assertEquals } from "@std/assert";
import { findTransactionControl } from "../../../src/drivers/postgres/transaction_control.ts";

Deno.test("findTransactionControl() finds what begins or ends a transaction, wherever it stands", () => {
  const found = {
    "begin": "begin",
    "  Begin Isolation Level Serializable": "Begin",
    "START  TRANSACTION": "START  TRANSACTION",
    "insert into a values (1); commit": "commit",
    "/* no */ commit -- work": "commit",
    "end;": "end",
    "abort": "abort",
    "rollback": "rollback",
    "rollback work": "rollback",
    "rollback and chain": "rollback",
    "prepare transaction 'a'": "prepare transaction",
    "select $1; commit": "commit",
  };
  for (const [text, expected] of Object.entries(found)) assertEquals(findTransactionControl(text), expected, text);
});

Deno.test("findTransactionControl() leaves alone what only looks like it", () => {
  const fine = [
    "select 1",
    "rollback to s",
    "rollback work to savepoint s",
    "savepoint s; release s",
    "select 'a; commit'",
    "select e'it\\'s; commit'",
    "select 'it''s; commit'",
    'select 1 as "x; commit"',
    "-- ; commit\nselect 1",
    "/* ; commit */ select 1",
    "do $$ begin perform 1; end $$",
    "create function f() returns int language plpgsql as $body$ begin return 1; end; $body$",
    "create function f() returns int begin atomic select 1; select 2; end",
    "prepare a as select 1",
    "insert into commits values (1); update ends set a = 1",
  ];
  for (const text of fine) assertEquals(findTransactionControl(text), undefined, text);
});
