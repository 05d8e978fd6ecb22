/** `rr hub uninstall` */
import { askHub } from "../../../app/hub/ask_hub.ts";
import { type HubFolder, readHub, removeHub } from "../../../app/hub/folder.ts";
import { type HubManager, removeUnit } from "../../../app/hub/install_hub.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { ExitCode } from "../../exit_code.ts";
import { printLine, printWarning } from "../../print/print.ts";
import { agreed } from "../setup/agreed.ts";

/** Takes the service of a hub back, and with `purge` its folder. */
export async function uninstallHub(
  world: World,
  folder: HubFolder,
  manager: HubManager | undefined,
  { purge, yes }: { readonly purge: boolean; readonly yes: boolean },
): Promise<number> {
  // Says so where there is no hub, before anything is removed.
  if (purge) readHub(folder, world);
  if (purge && !yes) {
    printLine(world, `This stops the hub and removes ${folder.path}: keys, token and all.`);
    if (!agreed(world, "no")) {
      printLine(world, "Nothing was changed.");
      return ExitCode.FAILURE;
    }
  }
  const wasThere = manager !== undefined && await removeUnit(world, manager);
  printLine(world, `service: ${wasThere ? "removed" : "was not installed"}`);
  const running = await byHand(folder);
  if (purge) {
    // It would go on with a token and keys that nobody can read any more.
    if (running !== undefined) {
      throw new RrError("busy", `Cannot remove "${folder.path}": ${running.what}`, {
        hint: `End it and say this again: ${running.end}`,
      });
    }
    removeHub(folder, world);
    printLine(world, `removed: ${folder.path}`);
    return ExitCode.OK;
  }
  if (world.files.stat(folder.path) !== undefined) printLine(world, `kept: ${folder.path}`);
  if (running !== undefined) {
    printWarning(world, `A hub that was started by hand still runs; to end it: ${running.end}`);
  }
  return ExitCode.OK;
}

/** The hub that no service of ours runs, and what ends it. */
async function byHand(
  folder: HubFolder,
): Promise<{ readonly what: string; readonly end: string } | undefined> {
  const what = "a hub that was started by hand still runs for it";
  try {
    const status = await askHub(folder);
    if (status === undefined) return undefined;
    return { what, end: status.pid === undefined ? "stop its process" : `\`kill ${status.pid}\`` };
  } catch (error) {
    if (!(error instanceof RrError)) throw error;
    return { what, end: "stop its process, which gives no answer" };
  }
}
