/** The one place where what is known of a command becomes an entry. */
import { cleanFolder } from "../base/folder.ts";
import { VERSION } from "../version.ts";
import { checkEntry } from "./check_entry.ts";
import { type Entry, type EntryDraft, type EntryId, UNKNOWN_FOLDER } from "./entry.ts";
import { isUnknownPlace, UNKNOWN_EXIT } from "./run_filter.ts";

/** Whose entry it becomes. */
export interface EntryOwner {
  readonly userId: string;
  readonly deviceId: string;
}

/** A draft whose time is known or was made up. */
export type TimedDraft = EntryDraft & { readonly startedAtMs: number };

/**
 * The entry of a draft. What the draft does not know gets the value that stands for unknown in the
 * original's columns: the text `unknown`, and 0 for exit status and duration, or {@linkcode UNKNOWN_EXIT}
 * where the folder is known, as 0 is a success there. A folder is named as every filter and rule names it.
 *
 * @throws {EntryError} naming the first field that breaks its rule
 */
export function createEntry(draft: TimedDraft, id: EntryId, owner: EntryOwner): Entry {
  const cwd = draft.cwd === undefined ? UNKNOWN_FOLDER : cleanFolder(draft.cwd);
  return checkEntry({
    id,
    deviceId: owner.deviceId,
    userId: owner.userId,
    startedAtMs: draft.startedAtMs,
    command: draft.command,
    cwd,
    exitCode: draft.exitCode ?? (isUnknownPlace(cwd) ? 0 : UNKNOWN_EXIT),
    durationMs: draft.durationMs ?? 0,
    shell: draft.shell ?? "unknown",
    hostname: draft.hostname ?? "unknown",
    version: VERSION,
    session: draft.session,
  });
}
