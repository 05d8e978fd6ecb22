/** A long answer on a terminal goes through the person's pager, as with git. */
import { spawn } from "node:child_process";
import type { World } from "../../base/world.ts";
import { openTerminal } from "../../world/open_terminal.ts";

const USUAL_ROWS = 24;
/** `less` ends by itself where all fits on the screen, passes colours on, and leaves the text there. */
const DEFAULT_PAGER = "less";
const DEFAULT_LESS = "FRX";
/** What `sh` ends with when there is no such program. */
const NOT_FOUND = 127;

/**
 * Shows the text: through `RUSTORY_PAGER`, else `PAGER`, else `less`, if it has more lines than the
 * terminal; as it is otherwise, and where the pager is `cat` or missing.
 */
export async function showPaged(world: World, text: string): Promise<void> {
  const pager = world.env("RUSTORY_PAGER") ?? world.env("PAGER") ?? DEFAULT_PAGER;
  const isPlain = pager.trim() === "cat" || world.env("TERM") === "dumb" ||
    !world.stdin.isTerminal();
  if (isPlain || !await isLong(text) || !await runPager(world, pager, text)) {
    world.stdout.write(text);
  }
}

async function isLong(text: string): Promise<boolean> {
  const terminal = await openTerminal(true);
  try {
    const most = (terminal.size().rows || USUAL_ROWS) - 1;
    let lines = 0;
    for (let at = text.indexOf("\n"); at >= 0 && lines <= most; at = text.indexOf("\n", at + 1)) {
      lines++;
    }
    return lines > most;
  } finally {
    terminal.close();
  }
}

/** Whether it was shown. */
async function runPager(world: World, pager: string, text: string): Promise<boolean> {
  // Ctrl-C is for the pager, which then asks what next; we wait for its end.
  using _signals = world.onSignal("SIGINT", () => {});
  const less = world.env("LESS") === undefined ? `LESS=${DEFAULT_LESS}; export LESS; ` : "";
  const child = spawn("sh", ["-c", `${less}${pager}`], { stdio: ["pipe", "inherit", "inherit"] });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("error", () => resolve(false));
  child.once("close", (code) => resolve(code !== NOT_FOUND));
  child.stdin.on("error", () => {}); // whoever has seen enough leaves in the middle
  child.stdin.end(text);
  return await promise;
}
