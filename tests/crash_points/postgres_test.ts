import { assertEquals } from "@std/assert";
import { openPostgresDatabase, serverTest } from "../postgres_server.ts";
import { FAULTS_OF_SERVERS } from "./faults.ts";
import { liveThrough } from "./lives.ts";
import { PostgresGround } from "./postgres_ground.ts";
import { SCENARIOS } from "./scenario.ts";
import { World } from "./world.ts";

for (const scenario of SCENARIOS) {
  serverTest(`Every crash point on PostgreSQL: ${scenario.name}`, async (test) => {
    // An execution without a RUN entry leaves no session behind that could be ended: its successor waits for the server.
    const abandoned = scenario.recordRepeats === false ? "are ended" : "stay";
    await using database = await openPostgresDatabase();
    await using ground = await PostgresGround.make(database, abandoned);
    const calls = await liveThrough(test, [new World(ground, scenario)], FAULTS_OF_SERVERS);
    const isTakenOver = scenario.before === "interrupted";
    assertEquals(calls.includes("evict"), isTakenOver, "who takes over ends what the one before has left open");
  });
}
