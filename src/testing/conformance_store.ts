import type { Driver } from "../driver.ts";

/** An empty database for one case of the suite. */
export interface ConformanceStore<Context extends object> extends AsyncDisposable {
  /** Makes a driver on a new connection to this database. The suite disposes of the driver, the store of the connection. */
  connect(): Promise<Driver<Context>>;
  /** Writes something under a key, by what a change unit gets. */
  write(context: Context, key: string): Promise<void>;
  /** Whether something was written under a key. */
  has(context: Context, key: string): Promise<boolean>;
}
