import { assertEquals } from "@std/assert";
import { mongodbTest } from "../mongodb_server.ts";
import { FAULTS_OF_SERVERS } from "./faults.ts";
import { liveThrough } from "./lives.ts";
import { MongodbGround } from "./mongodb_ground.ts";
import { SCENARIOS } from "./scenario.ts";
import { World } from "./world.ts";

for (const scenario of SCENARIOS) {
  mongodbTest(`Every crash point on MongoDB: ${scenario.name}`, async (server, test) => {
    // An execution without a RUN entry leaves no session behind that could be ended: its successor waits for the server.
    const abandoned = scenario.recordRepeats === false ? "are ended" : "stay";
    await using first = await MongodbGround.make(server, abandoned);
    await using second = await MongodbGround.make(server, abandoned);
    await using third = await MongodbGround.make(server, abandoned);
    const worlds = [new World(first, scenario), new World(second, scenario), new World(third, scenario)] as const;
    const calls = await liveThrough(test, worlds, FAULTS_OF_SERVERS);
    const isTakenOver = scenario.before === "interrupted";
    assertEquals(calls.includes("evict"), isTakenOver, "who takes over ends what the one before has left open");
  });
}
