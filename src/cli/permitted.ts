/** The value of an environment variable; undefined also when reading it is not allowed, without asking for that. */
export function readEnvironment(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name) || undefined;
}

/** The name of this host; undefined when reading it is not allowed. */
export function readHostname(): string | undefined {
  if (Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state !== "granted") return undefined;
  return Deno.hostname();
}

/** Whether a file is there, as far as looking is allowed. */
export async function lookFor(path: string): Promise<"there" | "not there" | "not allowed"> {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return "not allowed";
  try {
    return (await Deno.stat(path)).isFile ? "there" : "not there";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "not there";
    throw error;
  }
}
