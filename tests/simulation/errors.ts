/** Nothing was done, and the same may be done again. */
export class TransientError extends Error {
  override readonly name = "TransientError";
}

/** It may or may not have been done. */
export class UnknownError extends Error {
  override readonly name = "UnknownError";
}

/** A change unit is broken. */
export class BrokenError extends Error {
  override readonly name = "BrokenError";
}
