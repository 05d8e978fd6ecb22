/** Names one entry on all devices: a UUID, though peers may send any text of up to 128 characters. */
export type EntryId = string & { readonly __brand: "EntryId" };
/** Names the device that ran a command. A label that people choose, not a key. */
export type DeviceId = string & { readonly __brand: "DeviceId" };

/** The folder of a run of which only the command is known, in the original's columns. */
export const UNKNOWN_FOLDER = "unknown";

/**
 * One command that was run, on one device, at one time. Never changes once made.
 *
 * Local writes and remote reads share it: nothing downstream asks where an entry came from.
 */
export interface Entry {
  /** Its name on all devices. */
  readonly id: EntryId;
  /** The device it was run on. */
  readonly deviceId: DeviceId;
  /** The person who ran it. */
  readonly userId: string;
  /** When the command was started, in whole milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** As typed, newlines included. */
  readonly command: string;
  /** Working folder; `unknown` for imports. */
  readonly cwd: string;
  /** Exit status, a signed 32-bit integer. */
  readonly exitCode: number;
  /** How long it ran, in whole milliseconds; 0 if not known. */
  readonly durationMs: number;
  /** Name of the shell, such as `zsh`. */
  readonly shell: string;
  /** Name of the machine. */
  readonly hostname: string;
  /** Version of the program that made the entry. */
  readonly version: string;
  /** The shell session it was typed in. Known on the recording device only: not on the v1 wire. */
  readonly session?: string | undefined;
}

/** What a recorder or an importer knows of a command, before it is given an id and an owner. */
export interface EntryDraft {
  /** When it was started, in milliseconds since the Unix epoch, if that is known. */
  readonly startedAtMs?: number | undefined;
  /** As typed, newlines included. */
  readonly command: string;
  /** How long it ran, in milliseconds. */
  readonly durationMs?: number | undefined;
  /** Exit status, a signed 32-bit integer. */
  readonly exitCode?: number | undefined;
  /** Working folder. */
  readonly cwd?: string | undefined;
  /** Name of the shell. */
  readonly shell?: string | undefined;
  /** Name of the machine. */
  readonly hostname?: string | undefined;
  /** The shell session it was typed in. */
  readonly session?: string | undefined;
}
