import type { SqliteContext } from "@denock/denock/sqlite";

export function execution({ db }: SqliteContext): void {
  db.exec("INSERT INTO visits (page) VALUES ('/')");
}

export function rollbackExecution({ db }: SqliteContext): void {
  db.exec("DELETE FROM visits WHERE id = 1");
}
