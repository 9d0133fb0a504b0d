/** A module to import, and the version of its content. */
export interface ModuleRequest {
  /** The URL of the module. */
  readonly url: string;
  /** Changes when the content changes. */
  readonly version: string;
}

/** A module, or the error that kept it from being imported. */
export type ModuleResult =
  | { readonly module: Readonly<Record<string, unknown>> }
  | { readonly error: unknown };

/** From here on one generated module imports them all: imports of computed specifiers cost more with each one before. */
const GENERATED_FROM = 100;
const GENERATED_SIZE = 500;

/** A runtime never forgets a module, so one that was edited since it was imported goes by another URL. */
const versions = new Map<string, string>();

/** Imports modules and gives one result for each in the same order. */
export async function importModules(requests: readonly ModuleRequest[]): Promise<readonly ModuleResult[]> {
  const urls = requests.map(urlOf);
  if (urls.length < GENERATED_FROM) return await importEach(urls);
  const results: ModuleResult[] = [];
  for (let start = 0; start < urls.length; start += GENERATED_SIZE) {
    const chunk = urls.slice(start, start + GENERATED_SIZE);
    results.push(...await importTogether(chunk) ?? await importEach(chunk));
  }
  return results;
}

function urlOf({ url, version }: ModuleRequest): string {
  const first = versions.get(url) ?? version;
  versions.set(url, first);
  return first === version ? url : `${url}?${encodeURIComponent(version)}`;
}

async function importEach(urls: readonly string[]): Promise<ModuleResult[]> {
  const results: ModuleResult[] = [];
  for (const url of urls) {
    try {
      results.push({ module: await import(url) });
    } catch (error) {
      results.push({ error });
    }
  }
  return results;
}

/** Undefined when any of them cannot be imported, because then none is, and which one it was takes a look at each. */
async function importTogether(urls: readonly string[]): Promise<ModuleResult[] | undefined> {
  const imports = urls.map((url, index) => `import * as m${index} from ${JSON.stringify(url)};`);
  const source = `${imports.join("\n")}\nexport default [${urls.map((_, index) => `m${index}`).join(",")}];`;
  const generated = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const { default: modules } = await import(generated);
    return modules.map((module: Readonly<Record<string, unknown>>) => ({ module }));
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(generated);
  }
}
