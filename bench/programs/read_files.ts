/** How many files are read at a time. */
const AT_ONCE = 64;

/** Reads and hashes all files of a folder without blocking; gives how many. */
export async function readAtOnce(folder: string): Promise<number> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  const checksums: string[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE).map(async (name) => {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    });
    checksums.push(...await Promise.all(some));
  }
  return checksums.length;
}

/** Reads and hashes all files of a folder with calls that block; gives how many. */
export async function readBlocking(folder: string): Promise<number> {
  const { createHash } = await import("node:crypto");
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  return names.map((name) => createHash("sha256").update(Deno.readFileSync(`${folder}/${name}`)).digest("hex")).length;
}
