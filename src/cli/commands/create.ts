import { dirname } from "@std/path/dirname";
import { join } from "@std/path/join";
import { FolderSource } from "../../source/folder_source.ts";
import type { SourceListing } from "../../source/source.ts";
import { MANIFEST_FILE } from "../../source/write_manifest.ts";
import { type CommandResult, defineCommand, type Session } from "../command.ts";
import { nameNewFile, type NewFile, type OrderStyle } from "../new_file.ts";
import { operand } from "../operand.ts";
import { choice, flag, text } from "../option.ts";
import { renderProblems } from "../render_problems.ts";
import {
  changeUnitTemplate,
  fillTemplate,
  sqlTemplate,
  TEMPLATE_DATABASES,
  type TemplateDatabase,
  type TemplateValues,
} from "../templates.ts";
import { createFile, isThere, readIfThere } from "../text_file.ts";
import { UsageError } from "../usage_error.ts";
import { announce } from "../with_runner.ts";

/** What somebody has said about the new file. */
interface CreateOptions {
  readonly name: string;
  readonly template: string | undefined;
  readonly sequence: boolean;
  readonly timestamp: boolean;
  readonly for: TemplateDatabase | undefined;
  readonly author: string | undefined;
  readonly sql: boolean;
}

/** `denock create`: makes the file of a new change unit that sorts behind all others. */
export const create = defineCommand({
  name: "create",
  description: "Make the file of a new change unit, behind all others",
  options: {
    name: operand("NAME", "what it does, such as create_users"),
    template: text("FILE", "a text with {{id}}, {{order}}, {{author}} and {{date}} to fill in"),
    sequence: flag("take the next number as the order (else as the newest file does it)"),
    timestamp: flag("take the time in UTC as the order: yyyyMMddHHmmss"),
    for: choice(TEMPLATE_DATABASES, "what it is written for (else what the database URL names)"),
    author: text("AUTHOR", "who writes it"),
    sql: flag("write it in SQL, as one file with both parts"),
  },
  examples: [
    "denock create create_users",
    'denock create "add an index" --timestamp --for mongodb --author ann',
    "denock create add_index --sql",
  ],
  async run(session, options) {
    const { settings, output } = session;
    announce(session, `a new file for ${settings.migrations}`);
    refuseContradictions(options);
    const listing = await listFolder(settings.migrations);
    if (listing.problems.length > 0) {
      output.notice(renderProblems(listing.problems, output.paintNotice));
      output.notice(`${output.paintNotice("yellow", "note")} the new file sorts behind the other files only`);
    }
    const now = new Date();
    const file = nameNewFile({
      name: options.name,
      files: namesIn(listing),
      now,
      ...styleOf(options),
      ...endingOf(options),
    });
    refuseSameId(file, listing, options);
    const filled = await fill(session, options, { ...file, date: now.toISOString().slice(0, 10) });
    const path = join(settings.migrations, file.file);
    await createFile(path, filled.text);
    return await tell(path, file, filled.template);
  },
});

function refuseContradictions({ sequence, timestamp, template, for: database, author, sql }: CreateOptions): void {
  if (sequence && timestamp) {
    throw new UsageError("An order is a number or a time", ["Leave out one of the two options"]);
  }
  if (template !== undefined && database !== undefined) {
    throw new UsageError("There can be one template only", ["Leave out --for or --template"]);
  }
  if (sql && database !== undefined) {
    throw new UsageError("A file in SQL looks the same for every database", ["Leave out --for or --sql"]);
  }
  if (author !== undefined && /\p{Cc}/u.test(author)) {
    throw new UsageError("The author has a control character, such as a line end", ["Leave it out"]);
  }
}

function styleOf({ sequence, timestamp }: CreateOptions): { readonly style?: OrderStyle } {
  return sequence ? { style: "sequence" } : timestamp ? { style: "timestamp" } : {};
}

function endingOf({ sql }: CreateOptions): { readonly ending: "ts" | "sql" } {
  return { ending: sql ? "sql" : "ts" };
}

/** A folder that is not there is made with the first file. */
async function listFolder(folder: string): Promise<SourceListing> {
  return await isThere(folder) ? await new FolderSource(folder).list() : { changes: [], problems: [] };
}

function namesIn({ changes, problems }: SourceListing): string[] {
  return [...changes.flatMap(({ file }) => file ?? []), ...problems.flatMap(({ files }) => files)];
}

/** The same id with another author is legal, but a person has to say so. */
function refuseSameId({ id }: NewFile, { changes }: SourceListing, { author }: CreateOptions): void {
  const same = changes.find((change) => change.id === id);
  if (same === undefined || author !== undefined) return;
  throw new UsageError(`The id "${id}" is taken: ${same.file} has it`, [
    "Give it another name",
    "Or say --author, if that file has another author: id and author together must be unique",
  ]);
}

interface Filled {
  readonly text: string;
  /** Which template it was made from. */
  readonly template: string;
}

async function fill(
  { settings, output }: Session,
  { template, author, for: database, sql }: CreateOptions,
  { id, order, date }: Omit<TemplateValues, "author">,
): Promise<Filled> {
  if (template === undefined && sql) return { text: sqlTemplate({ author: author ?? null }), template: "sql" };
  if (template === undefined) {
    const chosen = database ?? settings.database?.kind ?? "any";
    return { text: changeUnitTemplate(chosen, { id, order, date, author: author ?? null }), template: chosen };
  }
  const given = await readIfThere(template);
  if (given === undefined) throw new UsageError(`There is no template "${template}"`, ["Name a file that is there"]);
  const values = { id, order, date, author: author ?? settings.runner.defaultAuthor ?? "default-author" };
  const { text, unknown } = fillTemplate(given, values);
  if (unknown.length > 0) {
    const known = Object.keys(values).map((name) => `{{${name}}}`).join(", ");
    const note = output.paintNotice("yellow", "note");
    output.notice(`${note} ${template} has ${unknown.join(", ")}, which stays as it is: there are ${known}`);
  }
  return { text, template };
}

async function tell(path: string, { file, order, id, style }: NewFile, template: string): Promise<CommandResult> {
  const manifest = join(dirname(path), MANIFEST_FILE);
  const next = [
    "Write what it does and how that is undone",
    "See what would be executed: denock plan",
    ...(await isThere(manifest) ? [`Then make ${manifest} again: denock manifest`] : []),
  ];
  return {
    outcome: "created",
    document: { created: { path, file, order, id, style, template }, next },
    text: [`Created: ${path}`, ...next.map((line) => `  - ${line}`)].join("\n"),
  };
}
