import type { KvContext } from "@denock/denock/kv";

/** Every execution does this again: once for each deployment, and once each time that the cron job runs. */
export const runAlways = true;
export const irreversible = "a day that was counted is over";

export function execution({ atomic }: KvContext): void {
  atomic.sum(["shop", "days"], 1n);
}
