import { checksumOf } from "./checksum.ts";

/** The texts of a change unit in SQL. */
export interface SqlTexts {
  /** The text of its file. */
  readonly text: string;
  /** The text of the file that undoes it, or null where there is none beside it. */
  readonly undoText: string | null;
}

/** The line behind which the rollback stands in a file of SQL. */
export const ROLLBACK_LINE = "-- denock: rollback";

/** The checksum of a change unit in SQL: over both files where there are two, as if the second stood behind the first. */
export async function sqlChecksumOf({ text, undoText }: SqlTexts): Promise<string> {
  return await checksumOf(undoText === null ? text : `${text}\n${ROLLBACK_LINE}\n${undoText.replace(/^\uFEFF/, "")}`);
}
