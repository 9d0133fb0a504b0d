import type { SqliteContext } from "@denock/denock/sqlite";

export function execution({ db }: SqliteContext): void {
  db.exec("INSERT INTO notes (text) VALUES ('hello')");
}

export function rollbackExecution({ db }: SqliteContext): void {
  db.exec("DELETE FROM notes WHERE text = 'hello'");
}
