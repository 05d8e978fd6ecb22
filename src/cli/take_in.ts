/** What the shell hooks wrote is taken in before a command reads the history. */
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";
import { spoolFolder } from "../config/paths.ts";
import type { History } from "../store/file/open_history.ts";
import { printWarning } from "./print.ts";

/**
 * Takes in what waits in the spool; costs a look at a folder if nothing does. What cannot be taken
 * in is warned of, unless `quiet`, and stays where it is: it must not keep a person from searching.
 */
export async function takeInSpool(
  world: World,
  settings: Settings,
  open: () => History | Promise<History>,
  quiet = false,
): Promise<void> {
  if (!isSpoolUsed(world, settings)) return;
  const { ingestForCommand } = await import("./ingest.ts");
  const folder = spoolFolder(settings.dbPath);
  const problem = await ingestForCommand(world, settings, await open(), folder);
  if (problem !== undefined && !quiet) printWarning(world, `recorded commands wait: ${problem}`);
}

/** Whether there is anything in the spool, be it that all of it has been taken in. */
export function isSpoolUsed(world: World, { dbPath }: Settings): boolean {
  return dbPath !== ":memory:" &&
    world.files.list(spoolFolder(dbPath)).some((name) => name.includes("."));
}
