import { load, runProgram } from "./program.ts";

interface MigrateMongo {
  readonly config: { set(settings: object): void };
  readonly database: {
    connect(): Promise<{ readonly db: object; readonly client: { close(): Promise<void> } }>;
  };
  up(db: object, client: object): Promise<readonly string[]>;
}

await runProgram(async ({ url, folder, fileHash = false, ownLock = false }) => {
  const { config, database, up } = await load<MigrateMongo>("migrate-mongo");
  config.set({
    mongodb: { url, options: {} },
    migrationsDir: folder,
    changelogCollectionName: "changelog",
    lockCollectionName: "changelog_lock",
    lockTtl: ownLock ? 60 : 0,
    migrationFileExtension: ".cjs",
    useFileHash: fileHash,
  });
  const { db, client } = await database.connect();
  const { length: count } = await up(db, client);
  await client.close();
  return { count };
});
