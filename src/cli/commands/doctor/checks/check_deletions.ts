import { counted } from "../../../../base/grouped.ts";
import { RrError } from "../../../../base/rr_error.ts";
import { openHistory } from "../../../../store/file/open_history.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether something was deleted here that the other devices still have. */
export const checkDeletions: Check = { name: "deletions", run };

function run({ world, settings }: DoctorContext): Finding[] {
  try {
    using history = openHistory(settings.dbPath, { ...world, mode: "readonly" });
    const earlier = history.removal.countEarlier();
    if (earlier === 0) return [];
    return [{
      level: "info",
      message: `Deleted on this device only, other devices keep them: ${
        counted(earlier, "entry", "entries")
      }`,
      hint: "`rr delete --propagate-earlier` deletes them everywhere",
    }];
  } catch (error) {
    // What is wrong with the database is told by its own check.
    if (error instanceof RrError) return [];
    throw error;
  }
}
