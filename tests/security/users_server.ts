/**
 * A MongoDB replica set that asks for a user and a password, as those of other people do.
 *
 * @module
 */

import { MongoClient } from "mongodb";
import { findMongod } from "../../scripts/mongod_binary.ts";
import { startMongodbProcess } from "../../scripts/mongodb_process.ts";

/** Who someone is. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A server with users. */
export interface UsersServer extends AsyncDisposable {
  /** The client of somebody who may do anything. */
  readonly root: MongoClient;
  /** The connection string of a user, who is known in the database `admin`. */
  url(login: Login, databaseName: string): string;
  /** Makes a user with roles. */
  add(login: Login, roles: readonly (string | Readonly<Record<"role" | "db", string>>)[]): Promise<void>;
}

const ROOT: Login = { user: "root", password: "of all evil" };

/** Starts a server with users, or gives null when there is no binary to start one. */
export async function startUsersServer(): Promise<UsersServer | null> {
  if (await findMongod() === undefined) return null;
  const started = await startMongodbProcess({ topology: "replica set", root: ROOT });
  const url = ({ user, password }: Login, databaseName: string) => {
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    return `${started.uri.replace("://", `://${login}@`).replace("/?", `/${databaseName}?`)}&authSource=admin`;
  };
  const root = new MongoClient(url(ROOT, "admin"));
  return {
    root,
    url,
    async add({ user, password }, roles) {
      await root.db("admin").command({ createUser: user, pwd: password, roles });
    },
    async [Symbol.asyncDispose]() {
      await root.close();
      await started.stop();
    },
  };
}
