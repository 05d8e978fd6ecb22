/** Logs one event of each level in the form of its first argument. */
import { createProcessLogger } from "../../src/process/logging.ts";
import { systemWorld } from "../../src/world/system.ts";

const world = await systemWorld();
const format = Deno.args[0] === "json" ? "json" : "text";
const logger = await createProcessLogger({ format, level: "debug" }, world);
const rounds = Number(Deno.args[1] ?? 1);
for (let round = 0; round < rounds; round++) {
  logger.error("It broke", { error: "bad\nnews" });
  logger.warn("It may break");
  logger.info("It works", { peer: "a" });
  logger.debug("It ticks");
}
world.stdout.write("done\n");
