import { shellWord } from "../../../../base/shell_words.ts";
import { statfs } from "node:fs/promises";
import { toError } from "../../../../base/rr_error.ts";
import { stateFolder } from "../../../../config/paths.ts";
import { isWritable, nearestFolder } from "../../setup/start_paths.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether the history can be written to, and has room to grow. */
export const checkDisk: Check = { name: "disk", run };

// A transaction of a bulk pull and its write-ahead log take some tens of MiB.
const LEAST_BYTES = 200 * 2 ** 20;

async function run(context: DoctorContext): Promise<Finding[]> {
  const { world, settings } = context;
  const folder = stateFolder(settings.dbPath);
  const closed = settings.dbPath === ":memory:" ? undefined : unwritable(context);
  if (closed !== undefined) {
    return [{
      level: "error",
      message: `Nothing can be recorded: "${closed}" cannot be written by this user`,
      hint:
        `Look at its owner and mode (ls -ld ${
          shellWord(closed)
        }) and whether its disk is read-only; ` +
        "db_path moves the history",
    }];
  }
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

/** The file or folder that the history needs and that is closed to us. */
function unwritable({ world, settings: { dbPath } }: DoctorContext): string | undefined {
  const isThere = world.files.stat(dbPath) !== undefined;
  const needed = [nearestFolder(world, dbPath), ...isThere ? [dbPath] : []];
  return needed.find((path) => !isWritable(path));
}
