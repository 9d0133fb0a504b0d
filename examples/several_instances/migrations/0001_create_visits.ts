import type { SqliteContext } from "@denock/denock/sqlite";

export function execution({ db }: SqliteContext): void {
  db.exec("CREATE TABLE visits (id INTEGER PRIMARY KEY, page TEXT NOT NULL) STRICT");
}

export function rollbackExecution({ db }: SqliteContext): void {
  db.exec("DROP TABLE visits");
}
