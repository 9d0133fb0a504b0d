import type { KvContext } from "@denock/denock/kv";

export function execution({ atomic }: KvContext): void {
  atomic.set(["shop", "opens"], "09:00").set(["shop", "closes"], "18:00");
}

export function rollbackExecution({ atomic }: KvContext): void {
  atomic.delete(["shop", "opens"]).delete(["shop", "closes"]);
}
