/** How the lock is held and waited for. All times are in milliseconds. */
export interface LockOptions {
  /**
   * How long the lease lasts; after a crash others wait that long. It is renewed three times in that time.
   *
   * @default {30_000}
   */
  readonly leaseMs: number;
  /**
   * How long to wait at most between two tries.
   *
   * @default {2_000}
   */
  readonly pollMs: number;
  /**
   * After how long to give up.
   *
   * @default {180_000}
   */
  readonly waitMs: number;
}

/** What holds where nothing else is said. */
export const DEFAULT_LOCK: LockOptions = { leaseMs: 30_000, pollMs: 2_000, waitMs: 180_000 };

/**
 * Refuses times that are none.
 *
 * @throws {RangeError} naming the one that is wrong.
 */
export function checkLockOptions({ leaseMs, pollMs, waitMs }: LockOptions): void {
  for (const [name, value] of Object.entries({ leaseMs, pollMs })) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`The lock needs a number above zero for ${name}: it is ${value}`);
    }
  }
  if (!(waitMs >= 0)) throw new RangeError(`The lock needs a number for waitMs, zero or above: it is ${waitMs}`);
}
