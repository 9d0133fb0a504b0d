import type { KvContext } from "@denock/denock/kv";

export const author = "ann";
export const description = "Telephone numbers are not needed, so they are not kept";
export const irreversible = "the telephone numbers are deleted for good";

export async function execution({ kv, atomic }: KvContext): Promise<void> {
  for await (const entry of kv.list<{ phone?: string }>({ prefix: ["customers"] })) {
    const { phone: _, ...customer } = entry.value;
    atomic.check(entry).set(entry.key, customer);
  }
}
