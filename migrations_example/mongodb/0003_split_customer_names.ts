import type { MongoContext } from "@denock/denock/mongodb";

export const author = "ben";
export const description = "First and last name instead of one name";

/** Everything behind the first blank is the last name; without a blank there is none. */
export async function execution({ db }: MongoContext): Promise<void> {
  const firstName = { $first: { $split: ["$name", " "] } };
  const behindBlank = { $add: [{ $strLenCP: firstName }, 1] };
  const rest = { $substrCP: ["$name", behindBlank, { $strLenCP: "$name" }] };
  const lastName = { $cond: [{ $eq: [firstName, "$name"] }, "$$REMOVE", rest] };
  await db.collection("customers").updateMany({}, [{ $set: { firstName, lastName } }, { $unset: "name" }]);
}

/** Nothing was lost, so every name comes back as it was, also those of customers who came later. */
export async function rollbackExecution({ db }: MongoContext): Promise<void> {
  const withBlank = { $ifNull: [{ $concat: [" ", "$lastName"] }, ""] };
  const name = { $concat: ["$firstName", withBlank] };
  await db.collection("customers").updateMany({}, [{ $set: { name } }, { $unset: ["firstName", "lastName"] }]);
}
