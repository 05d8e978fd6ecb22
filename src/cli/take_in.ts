/** What the shell hooks wrote is taken in before a command reads the history. */
import type { World } from "../base/world.ts";
import type { Settings } from "../config/load.ts";
import { spoolFolder } from "../config/paths.ts";
import type { History } from "../store/open_history.ts";
import { printWarning } from "./print.ts";

/**
 * Takes in what waits in the spool; costs a look at a folder if nothing does. What cannot be taken
 * in is warned of and stays where it is: it must not keep a person from searching.
 */
export async function takeInSpool(
  world: World,
  settings: Settings,
  history: History,
): Promise<void> {
  if (settings.dbPath === ":memory:") return;
  const folder = spoolFolder(settings.dbPath);
  if (!world.files.list(folder).some((name) => name.includes("."))) return;
  const { ingestForCommand } = await import("./ingest.ts");
  const problem = await ingestForCommand(world, settings, history, folder);
  if (problem !== undefined) printWarning(world, `recorded commands wait: ${problem}`);
}
