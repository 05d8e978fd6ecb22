/**
 * Notices that the write-ahead log was cut short or overwritten in its place. SQLite believes its index,
 * which says what the log should hold: it would read nothing as pages of the history, put them into the
 * file, and add new rows behind a hole where nobody finds them again.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { hasBytes, isSoLong } from "./file_end.ts";

/** Both copies of the index header: see "The WAL-Index File Format" of SQLite. */
const INDEX_BYTES = 96;
const COPY_BYTES = INDEX_BYTES / 2;
const IS_READY_AT = 12;
const PAGE_SIZE_AT = 14;
const FRAMES_AT = 16;
const INDEX_SALTS_AT = 32;
const SALT_BYTES = 8;

/** See "The WAL File Format". */
const LOG_HEADER_BYTES = 32;
const LOG_SALTS_AT = 16;
const FRAME_HEADER_BYTES = 24;

interface Index {
  /** How much of the log is in use, in bytes. */
  readonly logBytes: number;
  /** What marks the frames of this round of the log. */
  readonly salts: string;
}

/**
 * Watches the log of one open history through a descriptor of its index. It must be disposed of after
 * every connection of this process to the file: closing a descriptor drops the locks that SQLite holds
 * on the index.
 */
export class LogWatch implements Disposable {
  readonly #log: string;
  readonly #fd: number;
  #indexBytes: number;
  #isOpen = true;

  /**
   * @param path the history behind symbolic links
   * @throws what the system says, if there is no index
   */
  constructor(path: string) {
    this.#log = `${path}-wal`;
    this.#fd = openSync(`${path}-shm`, "r+");
    this.#indexBytes = fstatSync(this.#fd).size;
  }

  /** Whether the log is not what its index says. */
  isBroken(): boolean {
    this.mendIndex();
    const index = this.#readIndex();
    if (index === undefined || index.logBytes === 0 || this.#agrees(index)) return false;
    // Whoever begins the log anew says so in the index first.
    const now = this.#readIndex();
    return now?.logBytes === index.logBytes && now.salts === index.salts;
  }

  /** Closes the descriptor. Twice is harmless. */
  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  /**
   * An index that was cut short ends this process at the next use of what it has mapped of it (SIGBUS).
   * One that is long enough, and empty, SQLite makes anew from the log. Does nothing once disposed.
   */
  mendIndex(): void {
    if (!this.#isOpen || isSoLong(this.#fd, this.#indexBytes)) return;
    const { size } = fstatSync(this.#fd);
    if (size < this.#indexBytes) ftruncateSync(this.#fd, this.#indexBytes);
    else this.#indexBytes = size;
  }

  /** `undefined` while it is being written, or made. */
  #readIndex(): Index | undefined {
    const bytes = new Uint8Array(INDEX_BYTES);
    if (readSync(this.#fd, bytes, 0, INDEX_BYTES, 0) < INDEX_BYTES) return undefined;
    if (bytes.subarray(0, COPY_BYTES).some((byte, i) => byte !== bytes[COPY_BYTES + i])) {
      return undefined;
    }
    if (bytes[IS_READY_AT] === 0) return undefined;
    // In the byte order of the machine, and all that we run on have the small end first.
    const view = new DataView(bytes.buffer);
    const size = view.getUint16(PAGE_SIZE_AT, true);
    const frameBytes = FRAME_HEADER_BYTES + (size === 1 ? 65_536 : size);
    const frames = view.getUint32(FRAMES_AT, true);
    return {
      logBytes: frames === 0 ? 0 : LOG_HEADER_BYTES + frames * frameBytes,
      salts: bytes.subarray(INDEX_SALTS_AT, INDEX_SALTS_AT + SALT_BYTES).join(),
    };
  }

  // Nothing locks the log itself, so that it may be opened and closed.
  #agrees({ logBytes, salts }: Index): boolean {
    const fd = openIfThere(this.#log);
    if (fd === undefined) return true; // taken away, which the watch over the path notices
    try {
      const header = new Uint8Array(LOG_HEADER_BYTES);
      readSync(fd, header, 0, LOG_HEADER_BYTES, 0);
      const isOurs = header.subarray(LOG_SALTS_AT, LOG_SALTS_AT + SALT_BYTES).join() === salts;
      return isOurs && hasBytes(fd, logBytes);
    } finally {
      closeSync(fd);
    }
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}
