import type { World } from "../../base/world.ts";
import type { Settings } from "../../config/settings.ts";
import { takeTurn } from "./turn.ts";

/** Tells a sync that it was started in the background: then there is one at a time. */
export const BACKGROUND_SYNC = "RUSTORY_BACKGROUND_SYNC";

/**
 * Starts a sync in the background if that is wanted and due, and does not wait for it; whether it
 * was started.
 *
 * @throws {import("../../base/rr_error.ts").RrError} `io`, if the marker cannot be used or the
 * process not be started
 */
export async function triggerAsyncUpload(
  world: Pick<World, "files" | "clock" | "program" | "startDetached">,
  settings: Settings,
): Promise<boolean> {
  if (!settings.asyncUpload) return false;
  const duty = {
    markerPath: settings.asyncUploadMarkerPath,
    intervalSec: settings.asyncUploadIntervalSec,
  };
  return await takeTurn(world, duty, () => {
    const args = ["--db-path", settings.dbPath, "p2p-sync", "--push"];
    const limit = ["--limit", String(settings.asyncUploadLimit)];
    // The sync records nothing, but if it ever did, it must not start itself.
    const env = { RUSTORY_ASYNC_UPLOAD: "0", [BACKGROUND_SYNC]: "1" };
    world.startDetached([...world.program(), ...args, ...limit], env);
  });
}
