/** The {@linkcode Terminal} on Node. */
import { openSync, writeSync } from "node:fs";
import process from "node:process";
import { ReadStream } from "node:tty";
import { createOutput } from "./bytes.ts";
import { KeyPieces } from "./key_pieces.ts";
import { type Terminal, TERMINAL_FILE } from "./terminal.ts";

/** Creates it; see `openTerminal()`. */
export function nodeTerminal(onStdin: boolean): Terminal {
  const { stderr } = process;
  const stdin = onStdin ? process.stdin : new ReadStream(openSync(TERMINAL_FILE, "r"));
  const keys = new KeyPieces(stdin);
  const screen = createOutput({
    write: (bytes) => writeSync(2, bytes),
    isTerminal: () => true,
    columns: () => undefined, // asked by its own `size()`
    isBusy: (error) => (error as { code?: string }).code === "EAGAIN",
    isClosed: () => true,
  });

  return {
    size: () => ({ columns: stderr.columns ?? 0, rows: stderr.rows ?? 0 }),
    setRaw: (on) => {
      if (!keys.isClosed) stdin.setRawMode?.(on);
    },
    read: () => keys.read(),
    unread: () => keys.unread(),
    write: (text) => screen.write(text),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => keys.close(),
  };
}
