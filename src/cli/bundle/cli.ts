/**
 * The command `rr` for bundles and package registries: like the `cli.ts` at the top, but every
 * command can be found by whoever follows the imports.
 *
 * @module
 */
import { systemWorld } from "../../world/system.ts";
import { loadBundled } from "../bundled_commands.ts";
import { main } from "../main.ts";

if (import.meta.main) {
  const world = await systemWorld();
  world.exit(await main(world, loadBundled));
}
