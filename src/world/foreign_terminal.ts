/**
 * The terminal of another process of the same user, a shell that waits: keys are read from it and frames
 * drawn on it, without ever becoming the process that it controls, and without ever waiting for it.
 */
import * as fs from "node:fs";
import process from "node:process";
import { isatty, ReadStream } from "node:tty";
import { joinBytes } from "../base/bytes.ts";
import { RrError, toError } from "../base/rr_error.ts";
import { KeyPieces } from "./key_pieces.ts";
import type { Terminal } from "./terminal.ts";

/** A terminal that was opened. */
export interface ForeignTerminal extends Terminal {
  /** Calls `changed` whenever it has another size, until disposed. */
  onResize(changed: () => void): Disposable;
}

/** What is known of a terminal. */
export interface TerminalClaim {
  readonly path: string;
  /** `device:inode`, as the shell sees it. */
  readonly identity: string;
  readonly columns: number;
  readonly rows: number;
  /** Whether the shell still waits: nothing is drawn or put back on a terminal that it has taken back. */
  readonly isOurs: () => boolean;
}

const TERMINAL_PATH = /^\/dev\/(?:pts\/\d+|tty[\w.]+|console)$/;
/** Between two tries to draw on a terminal that takes nothing: ctrl-s, a slow line. */
const BUSY_PAUSE_MS = 5;
/** No signal tells of a new size: it goes to those whom the terminal controls. */
const SIZE_EVERY_MS = 100;

/**
 * Opens it.
 *
 * @throws {RrError} `invalid` if it is not a terminal, not this user's, or not the one that the shell has
 */
export function openForeignTerminal(claim: TerminalClaim): ForeignTerminal {
  const fd = openChecked(claim);
  const stream = new ReadStream(fd);
  const keys = new KeyPieces(stream);
  const screen = new Screen(fd, claim.isOurs);
  let isRaw = false;
  let isGivenBack = false;
  let size = { columns: claim.columns, rows: claim.rows };
  return {
    size: () => size,
    setRaw(on): void {
      if (on === isRaw || !claim.isOurs()) return;
      stream.setRawMode(on);
      isRaw = on;
    },
    read: () => keys.read(),
    unread: () => keys.unread(),
    write: (text) => screen.write(text),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    onResize(changed): Disposable {
      const timer = setInterval(() => {
        const now = sizeOf(stream, size);
        if (now.columns === size.columns && now.rows === size.rows) return;
        size = now;
        changed();
      }, SIZE_EVERY_MS);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
    close(): void {
      if (isGivenBack) return;
      isGivenBack = true;
      keys.close();
      screen.close();
      stream.destroy();
      // The stream has a descriptor of its own.
      fs.closeSync(fd);
    },
  };
}

function openChecked({ path, identity }: TerminalClaim): number {
  if (!TERMINAL_PATH.test(path)) throw refused(path, "its name is not that of a terminal");
  const { O_RDWR, O_NOCTTY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
  } catch (cause) {
    throw new RrError("invalid", `Cannot open the terminal "${path}": ${toError(cause).message}`, {
      cause,
    });
  }
  const why = objection(fd, identity);
  if (why === undefined) return fd;
  fs.closeSync(fd);
  throw refused(path, why);
}

function objection(fd: number, identity: string): string | undefined {
  const info = fs.fstatSync(fd);
  if (!info.isCharacterDevice() || !isatty(fd)) return "it is no terminal";
  if (info.uid !== process.getuid?.()) return "it belongs to somebody else";
  return `${info.dev}:${info.ino}` === identity ? undefined : "it is another one here";
}

function refused(path: string, why: string): RrError {
  return new RrError("invalid", `Cannot draw on "${path}": ${why}`);
}

// Node finds out by a signal that we do not get; this is what it does then.
function sizeOf(
  stream: ReadStream,
  known: { readonly columns: number; readonly rows: number },
): { columns: number; rows: number } {
  const handle = (stream as unknown as {
    readonly _handle?: { getWindowSize?(size: number[]): number } | null;
  })._handle;
  const size: number[] = [0, 0];
  if (handle?.getWindowSize?.(size) !== 0) return known;
  const [columns, rows] = size as [number, number];
  return columns > 0 && rows > 0 ? { columns, rows } : known;
}

/** Draws without waiting: what the terminal does not take now goes out later, in order. */
class Screen {
  readonly #fd: number;
  readonly #isOurs: () => boolean;
  #waiting: Uint8Array = new Uint8Array();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(fd: number, isOurs: () => boolean) {
    this.#fd = fd;
    this.#isOurs = isOurs;
  }

  write(text: string): void {
    this.#waiting = joinBytes([this.#waiting, new TextEncoder().encode(text)]);
    this.#flush();
  }

  close(): void {
    this.#flush();
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #flush(): void {
    if (!this.#isOurs()) this.#waiting = new Uint8Array();
    while (this.#waiting.length > 0 && !this.#isClosed) {
      try {
        this.#waiting = this.#waiting.subarray(fs.writeSync(this.#fd, this.#waiting));
      } catch (error) {
        const isBusy = (error as { code?: string }).code === "EAGAIN";
        if (!isBusy) this.#waiting = new Uint8Array(); // the terminal is gone: reading tells
        else {
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => this.#flush(), BUSY_PAUSE_MS);
          return;
        }
      }
    }
  }
}
