import type { ChangeSource, SourceSnapshot } from "./source.ts";

/** Looks at a source; one that knows no digest is listed at once. */
export async function snapshotOf(source: ChangeSource): Promise<SourceSnapshot> {
  if (source.snapshot !== undefined) return await source.snapshot();
  const listing = await source.list();
  return { digest: null, count: listing.changes.length, list: () => Promise.resolve(listing) };
}
