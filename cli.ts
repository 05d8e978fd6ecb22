#!/usr/bin/env -S deno run --allow-all
/**
 * The command `rr`, run from its source.
 *
 * Bundles and packages start from `src/cli/bundle/cli.ts`: here commands are loaded by computed
 * names, so that starting one does not read all of them.
 *
 * @module
 */
import { fileOfCommand, type LoadCommand } from "./src/cli/load_command.ts";
import { main } from "./src/cli/main.ts";
import { systemWorld } from "./src/world/system.ts";

const load: LoadCommand = (name) =>
  import(new URL(`./src/cli/${fileOfCommand(name)}`, import.meta.url).href);

if (import.meta.main) {
  const world = await systemWorld();
  world.exit(await main(world, load));
}
