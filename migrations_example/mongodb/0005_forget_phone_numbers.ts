import type { MongoContext } from "@denock/denock/mongodb";

export const author = "ann";
export const description = "Telephone numbers are not needed, so they are not kept";
export const irreversible = "the telephone numbers are deleted for good";

export async function execution({ db }: MongoContext): Promise<void> {
  await db.collection("customers").updateMany({}, { $unset: { phone: "" } });
}
