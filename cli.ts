#!/usr/bin/env -S deno run --allow-all
/**
 * The command `rr`.
 *
 * @module
 */
import { main } from "./src/cli/main.ts";
import { systemWorld } from "./src/world/system.ts";

if (import.meta.main) {
  const world = await systemWorld();
  world.exit(await main(world));
}
