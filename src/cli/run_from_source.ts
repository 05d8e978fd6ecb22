/** `rr` run from its source. Bundles and packages start from `bundle/cli.ts`. */
import { systemWorld } from "../world/system.ts";
import { fileOfCommand, type LoadCommand } from "./load_command.ts";
import { main } from "./main.ts";

// By computed names: a literal import is read at start even if it is never taken.
const load: LoadCommand = (name) => import(new URL(fileOfCommand(name), import.meta.url).href);

/** Runs the command line of this process and ends it with the command's exit code. */
export async function runFromSource(): Promise<never> {
  const world = await systemWorld();
  return world.exit(await main(world, load));
}
