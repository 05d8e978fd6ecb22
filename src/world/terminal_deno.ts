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
    columns: () => undefined, // asked by its own `size()`
    isBusy: (error) => error instanceof Deno.errors.WouldBlock,
    isClosed: () => true,
  });
  const buffer = new Uint8Array(READ_BYTES);
  const turns = loopTurns();
  return {
    size: consoleSize,
    setRaw: (on) => keys.setRaw(on),
    read: () => readInto(keys, buffer),
    unread: () => new Uint8Array(), // what nobody asked for stays in the terminal
    write: (text) => screen.write(text),
    breathe: turns.next,
    close: turns.close,
  };
}

/**
 * Turns of the event loop. `setImmediate` and timers bring `node:timers` with them, which takes as long to
 * load as half the picker, just when a person has begun to type.
 */
function loopTurns(): { next(): Promise<void>; close(): void } {
  const waiting: (() => void)[] = [];
  let ports: MessageChannel | undefined;
  const open = (): MessageChannel => {
    const opened = new MessageChannel();
    opened.port2.onmessage = () => waiting.shift()?.();
    return opened;
  };
  return {
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        (ports ??= open()).port1.postMessage(undefined);
      }),
    close(): void {
      ports?.port1.close();
      ports?.port2.close();
      ports = undefined;
      for (const resolve of waiting.splice(0)) resolve();
    },
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
