/** What `rr record` may have to do besides, loaded only where it is wanted: a sync, and clearing up. */
import { toError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import type { Settings } from "../../../config/settings.ts";
import type { RecordingHistory } from "../../../store/file/open_for_recording.ts";
import { printInfo, printWarning } from "../../print/print.ts";

/** Does what is wanted and due; what fails is warned of. */
export async function doDuties(
  world: World,
  settings: Settings,
  history: RecordingHistory,
): Promise<void> {
  if (settings.asyncUpload) {
    const { triggerAsyncUpload } = await import("../../../app/background/async_upload.ts");
    await orWarn(world, "async upload trigger", () => triggerAsyncUpload(world, settings));
  }
  if (settings.autoPrune) {
    const { pruneIfDue } = await import("../../../app/background/auto_prune.ts");
    await orWarn(world, "auto prune", async () => {
      await pruneIfDue(world, settings, await history.whole(), (text) => printInfo(world, text));
    });
  }
}

// The command is recorded; what fails after that is not worth an exit code.
async function orWarn(world: World, what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    printWarning(world, `${what} failed: ${toError(error).message}`);
  }
}
