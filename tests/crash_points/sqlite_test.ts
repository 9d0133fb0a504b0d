import { FAULTS } from "./faults.ts";
import { liveThrough } from "./lives.ts";
import { SCENARIOS } from "./scenario.ts";
import { SqliteGround } from "./sqlite_ground.ts";
import { World } from "./world.ts";

/**
 * What fails for good is the same on every database: the database in memory has it. What is left when a process is gone before
 * a call is what is left when the reply to the call before that is lost.
 */
const FAULTS_OF_SQLITE = FAULTS.filter(({ kind, lasts }) =>
  lasts === "once" && kind !== "crash before" && kind !== "crash after" && kind !== "unknown, not done"
);

for (const scenario of SCENARIOS) {
  Deno.test(`Every crash point on SQLite: ${scenario.name}`, async (test) => {
    await using ground = await SqliteGround.make();
    await liveThrough(test, [new World(ground, scenario)], FAULTS_OF_SQLITE);
  });
}
