import type { KvContext } from "@denock/denock/kv";

export const author = "ann";
export const description = "The first customers, each with an e-mail address of their own";

const firstCustomers = [
  { id: 1, name: "Grace Hopper", email: "grace@example.org", phone: "+1 555 0101" },
  { id: 2, name: "Ada King Lovelace", email: "ada@example.org" },
  { id: 3, name: "Plato", email: "plato@example.org", phone: "+30 555 0103" },
];

/** The second key finds a customer by e-mail address; the check keeps anybody from having one that is taken. */
export function execution({ atomic }: KvContext): void {
  for (const { id, ...customer } of firstCustomers) {
    const emailKey = ["customer_by_email", customer.email];
    atomic.check({ key: emailKey, versionstamp: null }).set(emailKey, id).set(["customers", id], customer);
  }
}

export function rollbackExecution({ atomic }: KvContext): void {
  for (const { id, email } of firstCustomers) atomic.delete(["customers", id]).delete(["customer_by_email", email]);
}
