/** The {@linkcode Terminal} on Deno, without a `node:` module: it is on the path of ctrl-r. */
import { createOutput } from "./bytes.ts";
import { type Terminal, TERMINAL_FILE } from "./terminal.ts";

/** Bytes read at once: a key, or a good part of a paste. */
const READ_BYTES = 4096;

/** Creates it; see `openTerminal()`. */
export function denoTerminal(onStdin: boolean): Terminal {
  const keys = onStdin ? Deno.stdin : Deno.openSync(TERMINAL_FILE);
  const screen = createOutput({
    write: (bytes) => Deno.stderr.writeSync(bytes),
    isTerminal: () => true,
    isBusy: (error) => error instanceof Deno.errors.WouldBlock,
    isClosed: () => true,
  });
  const buffer = new Uint8Array(READ_BYTES);
  return {
    size: consoleSize,
    setRaw: (on) => keys.setRaw(on),
    read: () => readInto(keys, buffer),
    unread: () => new Uint8Array(), // what nobody asked for stays in the terminal
    write: (text) => screen.write(text),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => {},
  };
}

function consoleSize(): { columns: number; rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 0, rows: 0 };
  }
}

async function readInto(
  keys: { read(into: Uint8Array): Promise<number | null> },
  buffer: Uint8Array,
): Promise<Uint8Array | undefined> {
  try {
    const length = await keys.read(buffer);
    return length === null ? undefined : buffer.slice(0, length);
  } catch {
    return undefined; // EIO: the terminal was closed
  }
}
