import { dirname, fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** A copy of the working tree, so that nobody ever sees a planted bug in the tree itself. */
export class WorkingCopy implements AsyncDisposable {
  /** Its folder. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Copies what version control knows or would add, and the stand-ins for packages that cannot be had. */
  static async make(): Promise<WorkingCopy> {
    const copy = new WorkingCopy(await Deno.makeTempDir({ prefix: "denock-mutants-" }));
    const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
    const { stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
    for (const file of new TextDecoder().decode(stdout).split("\n")) {
      if (file !== "" && await isFile(join(ROOT, file))) await copy.write(file, await read(join(ROOT, file)));
    }
    for (const folder of [".offline", ".cache"]) await link(join(ROOT, folder), join(copy.path, folder));
    return copy;
  }

  /** Reads a file of the copy. */
  async readText(file: string): Promise<string> {
    return await Deno.readTextFile(join(this.path, file));
  }

  /** Writes a file of the copy. */
  async write(file: string, content: Uint8Array | string): Promise<void> {
    const path = join(this.path, file);
    await Deno.mkdir(dirname(path), { recursive: true });
    await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
  }

  /** Removes the copy. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function read(path: string): Promise<Uint8Array> {
  return await Deno.readFile(path);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

/** What is big and is only read is not copied. */
async function link(target: string, path: string): Promise<void> {
  const isThere = await Deno.stat(target).then(() => true, () => false);
  if (isThere) await Deno.symlink(target, path);
}
