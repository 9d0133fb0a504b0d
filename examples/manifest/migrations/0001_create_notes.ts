import type { SqliteContext } from "@denock/denock/sqlite";

export function execution({ db }: SqliteContext): void {
  db.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
}

export function rollbackExecution({ db }: SqliteContext): void {
  db.exec("DROP TABLE notes");
}
