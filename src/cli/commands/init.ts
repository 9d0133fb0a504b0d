import { join } from "@std/path/join";
import { FolderSource } from "../../source/folder_source.ts";
import { defineCommand, type Session } from "../command.ts";
import { addToDenoSettings, findDenoSettings } from "../deno_settings.ts";
import { nameNewFile } from "../new_file.ts";
import { VERSION } from "../package_version.ts";
import { projectFiles, SECRETS_FILE } from "../project_files.ts";
import { DEFAULT_CONFIG, needDatabase } from "../settings.ts";
import { changeUnitTemplate } from "../templates.ts";
import { createFile, isThere, replaceFile } from "../text_file.ts";
import { announce } from "../with_runner.ts";

/** What became of a file. */
interface FileOutcome {
  readonly path: string;
  readonly outcome: "created" | "changed" | "kept";
}

/** A file that is to have a text. */
interface PlannedFile extends FileOutcome {
  readonly text: string;
}

/** `denock init`: makes what a project needs, and touches nothing that is there but for adding to `deno.json`. */
export const init = defineCommand({
  name: "init",
  description: "Make what a project needs: configuration, folder, first change unit, and the task in deno.json",
  options: {},
  examples: ["denock init --database sqlite:./shop.db", "denock init --database mongodb://localhost/shop"],
  async run(session) {
    const { settings } = session;
    const database = needDatabase(settings);
    announce(session, `a project on ${database.shown}`);
    const request = { database, migrations: `./${settings.migrations.replace(/^\.\//, "")}`, version: VERSION };
    const { configuration, imports, tasks, keepsUrlOut } = projectFiles(request);
    const denoSettings = await findDenoSettings();
    const added = await addToDenoSettings(denoSettings, { imports, tasks });
    const first = await firstChangeUnit(session);
    // All is known before the first file is written.
    const planned = [
      {
        path: denoSettings.path,
        text: added,
        outcome: denoSettings.text === "" ? "created" : added === denoSettings.text ? "kept" : "changed",
      },
      { path: DEFAULT_CONFIG, text: configuration, outcome: await isThere(DEFAULT_CONFIG) ? "kept" : "created" },
      ...first,
    ] as const satisfies readonly PlannedFile[];
    for (const { path, text, outcome } of planned) {
      if (outcome === "created") await createFile(path, text);
      if (outcome === "changed") await replaceFile(path, text);
    }
    const next = [
      ...(keepsUrlOut ? [`Put DENOCK_DATABASE=… with the URL into ${SECRETS_FILE}, and that into .gitignore`] : []),
      ...first.map(({ path }) => `Write what ${path} does and how that is undone`),
      "See what would be executed: deno task denock plan",
      "Execute it: deno task denock migrate",
    ];
    const files = planned.map(({ path, outcome }): FileOutcome => ({ path, outcome }));
    return {
      outcome: "initialised",
      document: { files, next },
      text: [...files.map(({ path, outcome }) => `${outcome} ${path}`), ...next.map((line) => `  - ${line}`)].join(
        "\n",
      ),
    };
  },
});

/** The first change unit of a folder that has none. */
async function firstChangeUnit({ settings }: Session): Promise<readonly PlannedFile[]> {
  const { migrations } = settings;
  const { changes, problems } = await isThere(migrations)
    ? await new FolderSource(migrations).list()
    : { changes: [], problems: [] };
  if (changes.length + problems.length > 0) return [];
  const now = new Date();
  const { file, id, order } = nameNewFile({ name: "first change", files: [], now });
  const values = { id, order, author: null, date: now.toISOString().slice(0, 10) };
  const text = changeUnitTemplate(needDatabase(settings).kind, values);
  return [{ path: join(migrations, file), text, outcome: "created" }];
}
