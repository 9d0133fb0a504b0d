/**
 * Stand-in for `jsr:@std/path`, over `node:path` and `node:url`. It offers what this repository uses, with types no
 * wider than the real ones, so that code which type-checks here type-checks with the real package too.
 *
 * @module
 */

import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The separator of path segments on this platform. */
export const SEPARATOR = path.sep as "/" | "\\";

/** Joins the segments and normalizes the result. */
export function join(first: string, ...rest: string[]): string {
  return path.join(first, ...rest);
}

/** Resolves the segments to an absolute path. */
export function resolve(...segments: string[]): string {
  return path.resolve(...segments);
}

/** Resolves `.` and `..` and removes doubled separators. */
export function normalize(value: string): string {
  return path.normalize(value);
}

/** The last segment, without `suffix` when it ends so. */
export function basename(value: string, suffix?: string): string {
  return path.basename(value, suffix);
}

/** Everything before the last segment. */
export function dirname(value: string): string {
  return path.dirname(value);
}

/** The extension of the last segment with its dot, or an empty string. */
export function extname(value: string): string {
  return path.extname(value);
}

/** The way from one path to another. */
export function relative(from: string, to: string): string {
  return path.relative(from, to);
}

/** Whether the path starts at a root. */
export function isAbsolute(value: string): boolean {
  return path.isAbsolute(value);
}

/** The path that a `file:` URL names. */
export function fromFileUrl(url: URL | string): string {
  return fileURLToPath(url);
}

/** The `file:` URL of an absolute path. */
export function toFileUrl(value: string): URL {
  // The real package refuses a relative path; node:url would resolve it against the working folder.
  if (!path.isAbsolute(value)) throw new TypeError(`Path must be absolute: received "${value}"`);
  return pathToFileURL(value);
}
