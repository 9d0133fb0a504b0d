import { load, runProgram } from "./program.ts";

interface MongoMigrateTs {
  up(options: { readonly config: object }): Promise<void>;
}

await runProgram(async ({ url, folder }) => {
  // The command line of the package does the same, and ends the process before it could report.
  const { up } = await load<MongoMigrateTs>("mongo-migrate-ts/dist/lib/commands/up.js");
  const database = new URL(url).pathname.slice(1);
  await up({ config: { uri: url, database, migrationsDir: folder, globPattern: "**/*.cjs" } });
  return {};
});
