/**
 * Notices that a history was overwritten in its place: `cp backup.db history.db` keeps the file and
 * changes what is in it, behind SQLite's back.
 */
import { closeSync, fstatSync, openSync, readSync, statfsSync } from "node:fs";
import { hasBytes } from "./file_end.ts";

/** The part of an SQLite file's header that changes: see "The Database Header" of its file format. */
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const PAGE_SIZE_AT = 16;
/** Counts up with each change of the first page that reaches the file. */
const CHANGES_AT = 24;
const PAGES_AT = 28;

const DECODER = new TextDecoder();

/**
 * Watches one file through a descriptor of its own. It must be disposed of after every connection of
 * this process to the file: closing a descriptor drops the locks that SQLite holds on the file.
 */
export class HeaderWatch implements Disposable {
  readonly #fd: number;
  readonly #room: () => number;
  #changes: number;
  #wasShort = false;
  /** Since the end has been missing, the disk was full: SQLite writes it once it can. */
  #hadNoRoom = false;
  #isOpen = true;

  /**
   * @param room bytes that are left where the file is. @default {as the system says}
   * @throws what the system says, if the file cannot be read
   */
  constructor(path: string, room = () => roomAt(path)) {
    this.#fd = openSync(path, "r");
    this.#room = room;
    this.#changes = this.#read()?.changes ?? 0;
  }

  /**
   * Whether something else than SQLite has written to the file: it counts fewer changes than before,
   * is no database, or was twice shorter than it says it is (a checkpoint makes it so for a moment, and
   * for as long as the disk has no room for the rest).
   */
  isOverwritten(): boolean {
    const header = this.#read();
    if (header === undefined) return this.#shortAgain(true);
    if (header.changes < this.#changes) return true;
    this.#changes = header.changes;
    const missing = hasBytes(this.#fd, header.bytes) ? 0 : header.bytes - fstatSync(this.#fd).size;
    if (missing <= 0) this.#hadNoRoom = false;
    else this.#hadNoRoom ||= this.#room() <= missing;
    return this.#shortAgain(missing > 0 && !this.#hadNoRoom);
  }

  /** Closes the descriptor. Twice is harmless. */
  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  #shortAgain(isShort: boolean): boolean {
    const again = isShort && this.#wasShort;
    this.#wasShort = isShort;
    return again;
  }

  #read(): { readonly changes: number; readonly bytes: number } | undefined {
    const bytes = new Uint8Array(HEADER_BYTES);
    if (readSync(this.#fd, bytes, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
    if (DECODER.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
    const view = new DataView(bytes.buffer);
    const size = view.getUint16(PAGE_SIZE_AT);
    return {
      changes: view.getUint32(CHANGES_AT),
      bytes: (size === 1 ? 65_536 : size) * view.getUint32(PAGES_AT),
    };
  }
}

function roomAt(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return Infinity; // not told everywhere
  }
}
