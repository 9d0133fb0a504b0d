/** The way out of most URLs that are malformed. */
export const ENCODE = "Percent-encode the characters :/?#[]@% in the user name and the password (@ is %40)";

const HOST = /^(?:[^:[\]\s,]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Whether a text is a host, with or without a port. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/** A name out of a URL, or undefined when it is malformed. */
export function decodeName(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
