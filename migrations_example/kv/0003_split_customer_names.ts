import type { KvContext } from "@denock/denock/kv";

export const author = "ben";
export const description = "First and last name instead of one name";

interface Named {
  readonly name: string;
}

interface Split {
  readonly firstName: string;
  readonly lastName?: string;
}

/**
 * Everything behind the first blank is the last name; without a blank there is none. The check makes the change again if
 * somebody changes a customer meanwhile. One transaction takes 99 checks: with more customers this would be cut into batches.
 */
export async function execution({ kv, atomic }: KvContext): Promise<void> {
  for await (const entry of kv.list<Named>({ prefix: ["customers"] })) {
    const { name, ...customer } = entry.value;
    const [firstName = "", ...rest] = name.split(" ");
    const lastName = rest.length === 0 ? {} : { lastName: rest.join(" ") };
    atomic.check(entry).set(entry.key, { ...customer, firstName, ...lastName });
  }
}

/** Nothing was lost, so every name comes back as it was, also those of customers who came later. */
export async function rollbackExecution({ kv, atomic }: KvContext): Promise<void> {
  for await (const entry of kv.list<Split>({ prefix: ["customers"] })) {
    const { firstName, lastName, ...customer } = entry.value;
    const name = lastName === undefined ? firstName : `${firstName} ${lastName}`;
    atomic.check(entry).set(entry.key, { ...customer, name });
  }
}
