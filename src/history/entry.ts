/** Names one entry on all devices: a UUID, though peers may send any text of up to 128 characters. */
export type EntryId = string & { readonly __brand: "EntryId" };
/** Names the device that ran a command. A label that people choose, not a key. */
export type DeviceId = string & { readonly __brand: "DeviceId" };

/**
 * One command that was run, on one device, at one time. Never changes once made.
 *
 * Local writes and remote reads share it: nothing downstream asks where an entry came from.
 */
export interface Entry {
  readonly id: EntryId;
  readonly deviceId: DeviceId;
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
  readonly shell: string;
  readonly hostname: string;
  /** Version of the program that made the entry. */
  readonly version: string;
  /** The shell session it was typed in. Known on the recording device only: not on the v1 wire. */
  readonly session?: string | undefined;
}

/** What a recorder or an importer knows of a command, before it is given an id and an owner. */
export interface EntryDraft {
  readonly startedAtMs: number | undefined;
  readonly command: string;
  readonly durationMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly cwd?: string | undefined;
  readonly shell?: string | undefined;
  readonly hostname?: string | undefined;
  readonly session?: string | undefined;
}
