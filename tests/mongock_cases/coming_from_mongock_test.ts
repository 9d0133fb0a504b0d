import { assert, assertEquals } from "@std/assert";

const page = await Deno.readTextFile(new URL("../../docs/coming_from_mongock.md", import.meta.url));

/** The text of a chapter, without what it says in front of its first heading below. */
function chapter(title: string): string {
  const [, text = ""] = page.split(`\n## ${title}\n`);
  return text.split(/\n## /)[0] ?? "";
}

/** The items of all lists in a text, each on one line. */
function itemsOf(text: string): string[] {
  return text.split(/\n(?=- |\n|#)/).filter((part) => part.startsWith("- ")).map((item) => item.replace(/\s+/g, " "));
}

/** The names of tests in a text, or parts of them, beside the files in which they are said to be. */
function namedIn(text: string): [file: string, name: string][] {
  const links = text.replace(/\s+/g, " ").matchAll(/\]\(\.\.\/(tests\/[^)]+\.ts)\)((?:,? _(?:[^_]|\w_\w)+_)*)/g);
  return Array.from(links).flatMap(([, file = "", names = ""]) =>
    Array.from(names.matchAll(/_((?:[^_]|\w_\w)+)_/g), ([, name = ""]): [string, string] => [file, name])
  );
}

Deno.test("docs/coming_from_mongock.md names tests that are there", async () => {
  const named = namedIn(page);
  assert(named.length > 50, `Only ${named.length} names were found`);
  for (const [file, name] of named) {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    assert(text.replace(/\s+/g, " ").includes(name), `${file} has no test "${name}"`);
  }
});

Deno.test("docs/coming_from_mongock.md names a test for every difference", () => {
  const items = itemsOf(chapter("What is different on purpose"));
  assert(items.length > 30);
  assertEquals(items.filter((item) => namedIn(item).length === 0), []);
});

Deno.test("docs/coming_from_mongock.md has a test file or a reason for every case of Mongock", () => {
  const items = itemsOf(chapter("Mongock's own tests, and those of Denock"));
  assert(items.length > 30);
  assertEquals(items.filter((item) => !/\]\(\.\.\/tests\/\S+_test\.ts\)|no test.*because/.test(item)), []);
});
