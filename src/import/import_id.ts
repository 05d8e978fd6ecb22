/** Ids of imported commands, by the original's formula (reference vectors in the tests). */
import type { EntryId } from "../history/entry.ts";
import { uuidV5 } from "../history/uuid_v5.ts";

/** What the id of an imported command is derived from. */
export interface ImportName {
  readonly userId: string;
  readonly deviceId: string;
  /** `zsh`, `bash`, `fish`, or the program the history comes from. */
  readonly shell: string;
  /** Start in whole seconds since the Unix epoch; 0 if the source has none. */
  readonly unixSeconds: number;
  /** Tells apart commands that are equal in all else; see {@linkcode importEntryId}. */
  readonly index: number;
  readonly command: string;
}

/**
 * Stands for the device in the name of a command with a time. A home folder is copied to a new machine, or
 * shared by several, and each imports the file before it knows of the others; the second and the command tell
 * that both have the same. Without a time nothing tells, as two machines ran `ls` a hundred times each.
 */
export const ANY_DEVICE = "";

/** The program whose time of a run is that at which it ended. */
export const NOTES_ENDS = "mcfly";

/**
 * The UUIDv5 of an imported command.
 *
 * The original gives every line its number in the file as `index`. A shell that trims its file
 * shifts the numbers, and a second import then doubles the whole history. We number only what
 * cannot be told apart: the n-th time that this command occurs in this second gets n, counted from
 * 0. Trimming old lines leaves that number alone but where it cuts through one second.
 */
export function importEntryId(name: ImportName): EntryId {
  return uuidV5([
    "rustory:import",
    name.userId,
    name.deviceId,
    name.shell,
    String(name.unixSeconds),
    String(name.index),
    name.command,
  ]);
}
