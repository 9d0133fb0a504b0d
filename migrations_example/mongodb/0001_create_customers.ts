import type { MongoContext } from "@denock/denock/mongodb";

export const author = "ann";
export const description = "The first customers, each with an e-mail address of their own";

interface Customer {
  readonly _id: number;
  readonly name: string;
  readonly email: string;
  readonly phone?: string;
}

const firstCustomers: readonly Customer[] = [
  { _id: 1, name: "Grace Hopper", email: "grace@example.org", phone: "+1 555 0101" },
  { _id: 2, name: "Ada King Lovelace", email: "ada@example.org" },
  { _id: 3, name: "Plato", email: "plato@example.org", phone: "+30 555 0103" },
];

/** MongoDB makes no indexes inside a transaction; the before step runs outside of it. */
export async function beforeExecution({ db }: MongoContext): Promise<void> {
  await db.createCollection("customers");
  await db.collection("customers").createIndex({ email: 1 }, { unique: true });
}

/** A collection with something in it stays: it was there before. */
export async function rollbackBeforeExecution({ db }: MongoContext): Promise<void> {
  if (await db.collection("customers").countDocuments() === 0) await db.dropCollection("customers");
}

export async function execution({ db }: MongoContext): Promise<void> {
  await db.collection<Customer>("customers").insertMany([...firstCustomers]);
}

export async function rollbackExecution({ db }: MongoContext): Promise<void> {
  await db.collection<Customer>("customers").deleteMany({ _id: { $in: firstCustomers.map(({ _id }) => _id) } });
}
