import { assertEquals } from "@std/assert";
import { fromFileUrl, relative } from "@std/path";

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly isDynamic?: boolean; readonly code?: { readonly specifier?: string } }[];
}

const root = fromFileUrl(new URL("../../", import.meta.url));

/** The modules of this repository that are loaded as soon as one is imported. */
async function loadedWith(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: root }).output();
  const info: { readonly modules: readonly ModuleInfo[] } = JSON.parse(new TextDecoder().decode(stdout));
  const modules = new Map(info.modules.map((module) => [module.specifier, module]));
  const loaded = new Set([new URL(entry, new URL("../../", import.meta.url)).href]);
  for (const specifier of loaded) {
    for (const { isDynamic, code } of modules.get(specifier)?.dependencies ?? []) {
      if (isDynamic !== true && code?.specifier !== undefined) loaded.add(code.specifier);
    }
  }
  return [...loaded].filter((specifier) => specifier.startsWith("file:"))
    .map((specifier) => relative(root, fromFileUrl(specifier)))
    .filter((path) => path === entry || path.startsWith("src/")).sort();
}

const NEEDED_IN_EACH_START = ["src/plan/is_settled_by.ts", "src/plan/plan_rules.ts", "src/plan/version.ts"];

Deno.test("mod.ts loads what each start needs, and neither planning nor execution nor the reading of change units", async () => {
  const loaded = await loadedWith("mod.ts");
  assertEquals(loaded.filter((path) => path.startsWith("src/plan/")), NEEDED_IN_EACH_START);
  assertEquals(loaded.filter((path) => /operations|planning|execut|history\.ts|read_|carry_out/.test(path)), [
    "src/run/read_entries.ts",
  ]);
  assertEquals(loaded.length, 43);
});
