import type { MongoContext } from "@denock/denock/mongodb";

export const author = "ben";
export const description = "The total of each order, for the list of orders";

/** A large collection takes longer than the minute that MongoDB gives a transaction, and here an index follows. */
export const transactional = false;

export async function execution({ db, log }: MongoContext): Promise<void> {
  const orders = db.collection("orders");
  const price = { $multiply: ["$$item.quantity", "$$item.priceCents"] };
  const totalCents = { $sum: { $map: { input: "$items", as: "item", in: price } } };
  const { modifiedCount } = await orders.updateMany({ totalCents: { $exists: false } }, [{ $set: { totalCents } }]);
  log(`${modifiedCount} orders have a total`);
  await orders.createIndex({ totalCents: -1 });
}

/** Runs after a failure and after a crash alike, so it cannot take for granted that anything was done. */
export async function rollbackExecution({ db }: MongoContext): Promise<void> {
  const orders = db.collection("orders");
  if (await orders.indexExists("totalCents_-1")) await orders.dropIndex("totalCents_-1");
  await orders.updateMany({}, { $unset: { totalCents: "" } });
}
