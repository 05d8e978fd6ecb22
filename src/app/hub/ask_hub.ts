/** Asking the hub that runs for a folder. */
import { RrError } from "../../base/rr_error.ts";
import { callControl } from "../../control/client.ts";
import { controlSocketPath } from "../../control/socket_path.ts";
import type { HubFolder } from "./folder.ts";
import type { HubStatus } from "./hub_status.ts";

/**
 * What the hub of a folder tells; `undefined` if none runs.
 *
 * @throws {RrError} if one runs and gives no answer
 */
export async function askHub(folder: HubFolder): Promise<HubStatus | undefined> {
  const path = controlSocketPath(`${folder.path}/hub`);
  try {
    return await callControl(path, { verb: "status" }) as HubStatus;
  } catch (error) {
    if (error instanceof RrError && error.code === "not-found") return undefined;
    throw error;
  }
}
