import { redactUrls } from "../redact.ts";

/** Shorter ones cannot be told from ordinary text, and replacing them would leave nothing to read. */
const SHORTEST = 3;

const SCHEME = /^(?:mongodb(?:\+srv)?:\/*|[a-z][a-z0-9+.-]*:?\/+)/i;
const SECRET_OPTION = /[?&;][^=&;]*(?:password|secret|token)[^=&;]*=([^&;\s]+)/gi;
const SESSION_TOKEN = /AWS_SESSION_TOKEN(?::|%3A)([^,&;\s]+)/gi;

/** What must never be written: the passwords of every database URL that was seen. */
export class Secrets {
  readonly #known = new Set<string>();

  /** Looks for secrets in a database URL, or in an argument that may hold one; also when it is malformed. */
  add(text: string): void {
    const argument = text.replace(/^--?[\w-]+=/, "");
    if (argument.startsWith("sqlite:")) return;
    const url = argument.replace(SCHEME, "");
    for (const { index } of url.matchAll(/@/g)) {
      const userInfo = url.slice(0, index);
      if (userInfo.includes(":")) this.#learn(userInfo.slice(userInfo.indexOf(":") + 1));
    }
    for (const pattern of [SECRET_OPTION, SESSION_TOKEN]) {
      for (const [, value = ""] of url.matchAll(pattern)) this.#learn(value);
    }
  }

  /** Takes every secret out of a text, and user names and passwords out of its URLs. */
  redact(text: string): string {
    let redacted = text;
    for (const secret of this.#known) redacted = redacted.replaceAll(secret, "***");
    return redactUrls(redacted);
  }

  #learn(secret: string): void {
    const decoded = decode(secret);
    const forms = [secret, decoded, encodeURIComponent(secret), encodeURIComponent(decoded)];
    const quoted = forms.map((form) => JSON.stringify(form).slice(1, -1));
    const all = [...this.#known, ...forms, ...quoted].filter(({ length }) => length >= SHORTEST);
    this.#known.clear();
    // The longest first: a short one may be part of it.
    for (const form of all.toSorted((left, right) => right.length - left.length)) this.#known.add(form);
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
