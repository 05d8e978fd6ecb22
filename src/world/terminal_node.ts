/** The {@linkcode Terminal} on Node. */
import { openSync, writeSync } from "node:fs";
import process from "node:process";
import { ReadStream } from "node:tty";
import { joinBytes } from "../base/bytes.ts";
import { createOutput } from "./bytes.ts";
import { type Terminal, TERMINAL_FILE } from "./terminal.ts";

/** Creates it; see `openTerminal()`. */
export function nodeTerminal(onStdin: boolean): Terminal {
  const { stderr } = process;
  const stdin = onStdin ? process.stdin : new ReadStream(openSync(TERMINAL_FILE, "r"));
  const chunks: Uint8Array[] = [];
  let closed = false;
  let wake = (): void => {};
  const onData = (chunk: Uint8Array): void => {
    chunks.push(chunk);
    stdin.pause(); // what is typed later is left for the shell unless it is asked for
    wake();
  };
  const onEnd = (): void => {
    closed = true;
    wake();
  };
  stdin.on("data", onData).on("end", onEnd).on("error", onEnd).pause();
  const screen = createOutput({
    write: (bytes) => writeSync(2, bytes),
    isTerminal: () => true,
    isBusy: (error) => (error as { code?: string }).code === "EAGAIN",
    isClosed: () => true,
  });

  async function read(): Promise<Uint8Array | undefined> {
    while (chunks.length === 0 && !closed) {
      const arrived = new Promise<void>((resolve) => wake = resolve);
      stdin.resume();
      await arrived;
    }
    return chunks.shift();
  }

  return {
    size: () => ({ columns: stderr.columns ?? 0, rows: stderr.rows ?? 0 }),
    setRaw: (on) => {
      if (!closed) stdin.setRawMode?.(on);
    },
    read,
    unread: () => joinBytes(chunks.splice(0)),
    write: (text) => screen.write(text),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => {
      stdin.off("data", onData).off("end", onEnd).pause();
    },
  };
}
