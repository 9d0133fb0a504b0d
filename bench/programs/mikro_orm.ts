import { load, runProgram } from "./program.ts";

interface Core {
  readonly MikroORM: {
    init(options: object): Promise<{
      readonly migrator: { up(): Promise<readonly object[]> };
      close(): Promise<void>;
    }>;
  };
}

await runProgram(async ({ url, folder, allOrNothing = true }) => {
  const { MikroORM } = await load<Core>("@mikro-orm/mongodb");
  const { Migrator } = await load<{ readonly Migrator: object }>("@mikro-orm/migrations-mongodb");
  const orm = await MikroORM.init({
    clientUrl: url,
    dbName: new URL(url).pathname.slice(1),
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: { path: folder, glob: "*.mjs", allOrNothing, transactional: true, silent: true },
  });
  const { length: count } = await orm.migrator.up();
  await orm.close();
  return { count };
});
