import type { Driver } from "../driver.ts";

/**
 * An empty database for one case of the suite.
 *
 * @typeParam Context What the driver gives change units.
 */
export interface ConformanceStore<Context extends object> extends AsyncDisposable {
  /**
   * Makes a driver on a new connection to this database; up to twenty for one case. The suite disposes of the driver, the
   * store of the connection.
   */
  connect(): Promise<Driver<Context>>;
  /** Writes something under a key, by what a change unit gets. */
  write(context: Context, key: string): Promise<void>;
  /** Whether something was written under a key. */
  has(context: Context, key: string): Promise<boolean>;
  /** Changes the schema, as by a new table of that name. Left out, together with `hasSchema`, where there is no schema. */
  changeSchema?(context: Context, name: string): Promise<void>;
  /** Whether that change of the schema was made. */
  hasSchema?(context: Context, name: string): Promise<boolean>;
}
