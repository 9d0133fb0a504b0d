import { fromFileUrl } from "@std/path/from-file-url";
import { relative } from "@std/path/relative";

const FRAME = /(file:\/\/[^\s()?]+)(?:\?[^\s():]*)?:(\d+):(\d+)/;

/** The first line of a stack that is in a folder, as `0002_add_index.ts:4:9`; undefined when none is. */
export function findUserFrame(error: unknown, folder: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  for (const line of (error.stack ?? "").split("\n")) {
    const [, url, row, column] = FRAME.exec(line) ?? [];
    if (url === undefined || !/^\s*at /.test(line)) continue;
    const path = relative(folder, fromFileUrl(url));
    if (!path.startsWith("..") && !path.startsWith("/")) return `${path}:${row}:${column}`;
  }
  return undefined;
}
