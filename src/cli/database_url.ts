import { nearest } from "../change_unit/nearest.ts";
import { DATABASE_KINDS, type DatabaseUrl } from "./databases/database_kinds.ts";
import { UsageError } from "./usage_error.ts";

const KINDS = Object.values(DATABASE_KINDS);
const SCHEMES = KINDS.flatMap(({ schemes }) => schemes);

/**
 * Takes a database URL apart.
 *
 * @throws {UsageError} when it is malformed or of a kind that is not known; what it holds is not repeated.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  const kind = KINDS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  if (kind !== undefined) return kind.parse(url);
  const known = `${SCHEMES.slice(0, -1).join(", ")} or ${SCHEMES.at(-1)}`;
  // Without a scheme that ends in "//" the part in front of the first colon may be anything.
  const isScheme = scheme !== undefined && url.slice(scheme.length).startsWith("//");
  if (!isScheme) throw new UsageError(`The database URL must begin with ${known}`, ["For a file: sqlite:./shop.db"]);
  const suggestion = nearest(scheme, SCHEMES);
  const message = `There is no driver for ${scheme}${suggestion ? `: did you mean ${suggestion}` : ""}`;
  throw new UsageError(message, [`Use a database URL that begins with ${known}`]);
}
