/** Handing a text over to tmux. */
import { spawn } from "node:child_process";

/** A tmux that does not answer for so long is not waited for. */
const TMUX_MS = 2_000;

/**
 * Has tmux keep a text to be pasted, and put it on the clipboard of its terminal (3.2 and newer); whether
 * it did.
 *
 * @param tmux the way to it, as in its variable `TMUX`
 */
export function loadBuffer(program: string, tmux: string, text: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // By `env`: what surrounds the daemon is not what surrounds the shell.
  const child = spawn("env", [`TMUX=${tmux}`, program, "load-buffer", "-w", "-"], {
    stdio: ["pipe", "ignore", "ignore"],
    timeout: TMUX_MS,
  });
  child.once("error", () => resolve(false)).once("close", (code) => resolve(code === 0));
  // It may have ended without reading anything.
  child.stdin.on("error", () => {}).end(text);
  return promise;
}
