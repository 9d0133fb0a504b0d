import { FolderSource } from "./folder_source.ts";
import { type ListedUnit, ListSource } from "./list_source.ts";
import type { ChangeSource } from "./source.ts";

/** The source that somebody means by a folder, a list, or a source itself. */
export function sourceOf<Context extends object>(
  migrations: string | URL | readonly ListedUnit<Context>[] | ChangeSource,
): ChangeSource {
  if (typeof migrations === "string" || migrations instanceof URL) return new FolderSource(migrations);
  return "list" in migrations ? migrations : new ListSource<Context>(migrations);
}
