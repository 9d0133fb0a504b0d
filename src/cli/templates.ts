import type { TemplateFlavour } from "./databases/database_kind.ts";
import { DATABASE_KINDS, type DatabaseUrl } from "./databases/database_kinds.ts";

/** A database that has a template of its own. */
export type TemplateDatabase = DatabaseUrl["kind"] | "memory";

/** The databases that have a template of their own. */
export const TEMPLATE_DATABASES: readonly TemplateDatabase[] = [
  ...Object.values(DATABASE_KINDS).map(({ kind }) => kind),
  "memory",
];

/** What a template is filled in with. */
export interface TemplateValues {
  /** The id of the change unit. */
  readonly id: string;
  /** Its order. */
  readonly order: string;
  /** Who writes it, or null for the default author. */
  readonly author: string | null;
  /** The day, as ISO 8601 in UTC. */
  readonly date: string;
}

/** What has a template without being a database that the command line opens. */
const OTHER_FLAVOURS: Readonly<Record<"memory" | "any", TemplateFlavour>> = {
  memory: {
    context: "MemoryContext",
    from: "@denock/denock",
    about: [
      "Makes the change. All calls on `context.db` are in one transaction: all of",
      "them take effect, or none.",
    ],
    isAsync: false,
    change: 'context.db.set("active", true);',
    rollback: 'context.db.delete("active");',
  },
  any: {
    context: "ChangeContext",
    from: "@denock/denock",
    about: [
      "Makes the change. What `context.db` is depends on the driver: SqliteContext",
      'of "@denock/denock/sqlite", MongoContext of "@denock/denock/mongodb", …',
    ],
    isAsync: false,
    change: "context.log(`${context.changeUnit.id} has changed something`);",
    rollback: "context.log(`${context.changeUnit.id} has undone it`);",
  },
};

/**
 * Writes a change unit that can be loaded, and that fails until somebody has written its methods: one that does nothing would
 * count as executed.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { changeUnitTemplate } from "./templates.ts";
 *
 * const values = { id: "create_users", order: "0001", author: null, date: "2026-11-22" };
 * assertStringIncludes(changeUnitTemplate("sqlite", values), "context: SqliteContext");
 * ```
 */
export function changeUnitTemplate(database: TemplateDatabase | "any", { author }: TemplateValues): string {
  const { context, from, about, change, rollback, isAsync } = flavourOf(database);
  // With `Promise<void>` the longest line would be too long to be formatted in one way for every width.
  const [start, type, fail] = isAsync
    ? ["async function", "", (text: string) => `await Promise.reject(new Error(${text}));`] as const
    : ["function", ": void", (text: string) => `throw new Error(${text});`] as const;
  return `import type { ${context} } from "${from}";
${author === null ? "" : `\nexport const author = ${JSON.stringify(author)};\n`}
/**
${about.map((line) => ` * ${line}`).join("\n")}
 */
export ${start} execution(context: ${context})${type} {
  // For example: ${change}
  ${fail("`${context.changeUnit.id} is still empty`")}
}

/** Undoes it. Or say why not, in its place: \`export const irreversible = "…";\` */
export ${start} rollbackExecution(context: ${context})${type} {
  // For example: ${rollback}
  ${fail("`${context.changeUnit.id} has no rollback`")}
}
`;
}

function flavourOf(database: TemplateDatabase | "any"): TemplateFlavour {
  return database === "memory" || database === "any" ? OTHER_FLAVOURS[database] : DATABASE_KINDS[database].flavour;
}

/**
 * Writes a change unit in SQL without a statement, which is refused until somebody has written some.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { sqlTemplate } from "./templates.ts";
 *
 * assertStringIncludes(sqlTemplate({ author: "ann" }), '-- denock: author="ann"');
 * ```
 */
export function sqlTemplate({ author }: Pick<TemplateValues, "author">): string {
  return `${author === null ? "" : `-- denock: author="${author}"\n\n`}\
-- Makes the change, in one transaction where the database can do that.
-- For example: ALTER TABLE users ADD COLUMN active INTEGER;

-- denock: rollback
-- Undoes it. Or say why not, in place of this part and at the top: -- denock: irreversible=...
-- For example: ALTER TABLE users DROP COLUMN active;
`;
}

/** A template, filled in. */
export interface FilledTemplate {
  /** The text. */
  readonly text: string;
  /** What stands in double braces and has no value; it stays as it is. */
  readonly unknown: readonly string[];
}

/**
 * Fills in a template of somebody's own: `{{id}}`, `{{order}}`, `{{author}}` and `{{date}}`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fillTemplate } from "./templates.ts";
 *
 * const values = { id: "create_users", order: "0001", author: "ann", date: "2026-11-22" };
 * assertEquals(fillTemplate("// {{id}} by {{author}}, {{day}}", values), {
 *   text: "// create_users by ann, {{day}}",
 *   unknown: ["{{day}}"],
 * });
 * ```
 */
export function fillTemplate(template: string, values: TemplateValues & { readonly author: string }): FilledTemplate {
  const unknown = new Set<string>();
  const text = template.replace(/\{\{\s*(\w+)\s*\}\}/g, (found: string, name: string) => {
    if (Object.hasOwn(values, name)) return values[name as keyof TemplateValues] ?? "";
    unknown.add(found);
    return found;
  });
  return { text, unknown: [...unknown] };
}
