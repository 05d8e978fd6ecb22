import { statfs } from "node:fs/promises";
import { toError } from "../../../../base/rr_error.ts";
import { stateFolder } from "../../../../config/paths.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether there is room for the history to grow. */
export const checkDisk: Check = { name: "disk", run };

// A transaction of a bulk pull and its write-ahead log take some tens of MiB.
const LEAST_BYTES = 200 * 2 ** 20;

async function run({ world, settings }: DoctorContext): Promise<Finding[]> {
  const folder = stateFolder(settings.dbPath);
  if (world.files.stat(folder) === undefined) return [];
  let free: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  } catch (error) {
    // Deno asks for a permission of its own.
    return [{ level: "info", message: `Not looked at: ${toError(error).message}` }];
  }
  const shown = `${(free / 2 ** 30).toFixed(1)} GiB free at ${folder}`;
  if (free >= LEAST_BYTES) return [{ level: "ok", message: shown }];
  return [{
    level: "error",
    message: `The disk is nearly full: ${shown}`,
    hint: "Make room: when it is full, nothing is recorded",
  }];
}
