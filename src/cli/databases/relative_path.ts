import { relative } from "@std/path/relative";

/** A file as it is named from a folder, so that the name holds wherever the folder is. */
export function relativePath(folder: string, path: string): string {
  const name = relative(folder, path);
  return name.startsWith(".") ? name : `./${name}`;
}
