/** Key files: made once, by one process, never overwritten, readable by their owner alone. */
import { folderOf } from "../../base/folder_of.ts";
import type { Clock } from "../../base/clock.ts";
import { RrError } from "../../base/rr_error.ts";
import type { Files } from "../../base/world.ts";

/** What reading and making key files needs of the world. */
export interface KeyFileDeps {
  readonly files: Files;
  readonly clock: Clock;
}

/** A key file as it was found or made. */
export interface KeyFile {
  readonly bytes: Uint8Array;
  /** Whether this call made it. */
  readonly created: boolean;
  /** The permission bits if others may read or write the file, else `undefined`. */
  readonly looseMode: number | undefined;
}

// A process that has created the file writes it within a moment; an empty file that is older was
// left by a crash or a full disk, and waiting would not help.
const BEING_WRITTEN_MS = 2_000;
const POLL_MS = 20;

/**
 * The content of the file, made by `make` if there is none. Two processes that start together end
 * with one key: creation is exclusive, and the one that comes second reads what the first wrote.
 *
 * @throws {RrError} `key`, if the file is empty; `io`, if it cannot be read or written
 */
export async function loadOrCreateKeyFile(
  path: string,
  make: () => Promise<Uint8Array | string>,
  deps: KeyFileDeps,
): Promise<KeyFile> {
  const found = await loadKeyFile(path, deps);
  if (found) return found;
  deps.files.makePrivateFolder(folderOf(path));
  const created = deps.files.createPrivate(path, await make());
  const file = await loadKeyFile(path, deps);
  if (!file) throw new RrError("key", `Cannot read "${path}": somebody removed it at this moment`);
  return { ...file, created };
}

/**
 * The content of the file, or `undefined` if there is none.
 *
 * @throws {RrError} `key`, if the file is empty; `io`, if it cannot be read
 */
export async function loadKeyFile(path: string, deps: KeyFileDeps): Promise<KeyFile | undefined> {
  const started = deps.clock.monotonic();
  for (;;) {
    const bytes = deps.files.readBytes(path);
    if (!bytes) return undefined;
    if (bytes.length > 0) {
      return { bytes, created: false, looseMode: looseModeOf(path, deps.files) };
    }
    const info = deps.files.stat(path);
    const age = deps.clock.now() - (info?.mtimeMs ?? 0);
    const waited = deps.clock.monotonic() - started;
    if (age > BEING_WRITTEN_MS || waited > BEING_WRITTEN_MS) {
      throw new RrError("key", `Cannot use the key in "${path}": the file is empty`, {
        hint: "Put the right key there, or remove the file to have a new key made",
      });
    }
    await deps.clock.sleep(POLL_MS);
  }
}

/** The permission bits of the file if anybody but its owner may touch it, else `undefined`. */
function looseModeOf(path: string, files: Files): number | undefined {
  const mode = files.stat(path)?.mode;
  return mode !== undefined && (mode & 0o077) !== 0 ? mode & 0o7777 : undefined;
}
