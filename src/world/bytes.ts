/** What both runtimes share: moving bytes through synchronous calls that may do less than asked. */
import { joinBytes } from "../base/bytes.ts";
import { RrError } from "../base/rr_error.ts";
import type { Input, Output } from "../base/world.ts";

/** A descriptor to write to. */
export interface RawOutput {
  /** Writes some of `bytes` and returns how many. */
  write(bytes: Uint8Array): number;
  isTerminal(): boolean;
  /** How many columns the terminal has; 0 or `undefined` if it does not say. May throw. */
  columns(): number | undefined;
  /** Whether the error says that nobody reads any more. */
  isClosed(error: unknown): boolean;
  /** Whether the error says that the reader is slow and the call would have to wait. */
  isBusy(error: unknown): boolean;
}

// A parent may have made the pipe non-blocking; the reader then needs a moment.
const BUSY_PAUSE_MS = 1;

/** An {@linkcode Output} that writes everything, waits for a slow reader and ignores a gone one. */
export function createOutput(raw: RawOutput): Output {
  let closed = false;
  let terminal: boolean | undefined;
  const isTerminal = (): boolean => terminal ??= raw.isTerminal();
  return {
    isTerminal,
    columns: () => isTerminal() ? columnsOf(raw) : undefined,
    write: (text) => writeBytes(new TextEncoder().encode(text)),
    writeBytes,
  };

  function writeBytes(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && !closed) {
      try {
        rest = rest.subarray(raw.write(rest));
      } catch (error) {
        if (raw.isBusy(error)) pause();
        else if (raw.isClosed(error)) closed = true;
        else throw new RrError("io", "Cannot write to the output", { cause: error });
      }
    }
  }
}

function columnsOf(raw: RawOutput): number | undefined {
  try {
    return raw.columns() || undefined;
  } catch {
    return undefined; // a terminal that has no size
  }
}

/** A descriptor to read from. */
export interface RawInput {
  /** Reads some bytes into `buffer`; 0 or `null` at the end. */
  read(buffer: Uint8Array): number | null;
  isTerminal(): boolean;
  /** Whether the error says that there is nothing yet. */
  isBusy(error: unknown): boolean;
}

const CHUNK_BYTES = 65_536;

/** An {@linkcode Input} over a descriptor. */
export function createInput(raw: RawInput): Input {
  const readSome = (buffer: Uint8Array): number => {
    while (true) {
      try {
        return raw.read(buffer) ?? 0;
      } catch (error) {
        if (!raw.isBusy(error)) {
          throw new RrError("io", "Cannot read the standard input", { cause: error });
        }
        pause();
      }
    }
  };
  return {
    isTerminal: () => raw.isTerminal(),
    readAll: (mostBytes) => readAll(readSome, mostBytes),
    readLine: () => readLine(readSome),
  };
}

function readAll(
  readSome: (buffer: Uint8Array) => number,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (true) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = readSome(chunk);
    if (count === 0) break;
    total += count;
    if (total > mostBytes) {
      throw new RrError(
        "io",
        `Cannot take the standard input: it has more than ${mostBytes} bytes`,
      );
    }
    chunks.push(chunk.subarray(0, count));
  }
  return joinBytes(chunks);
}

// Byte by byte, so that nothing after the newline is taken from whoever reads next.
function readLine(readSome: (buffer: Uint8Array) => number): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  while (readSome(one) > 0) {
    if (one[0] === 0x0a) return decode(bytes);
    bytes.push(one[0]!);
  }
  return bytes.length === 0 ? undefined : decode(bytes);
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, "");
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE_MS);
}
