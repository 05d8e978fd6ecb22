/** How far a long command has come, on stderr. */
import type { World } from "../base/world.ts";

/** Shows progress until disposed. */
export interface Progress extends Disposable {
  /** How many are done, of how many; a `total` of 0 is not known. */
  update(done: number, total: number): void;
}

const BAR_WIDTH = 28;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/**
 * Shows the progress of `what`: on a terminal a bar that is redrawn at most ten times a second and
 * removed at the end, elsewhere one line every five seconds. What takes less shows nothing.
 */
export function startProgress(world: World, what: string): Progress {
  const onTerminal = world.stderr.isTerminal() && world.env("TERM") !== "dumb";
  const pauseMs = onTerminal ? REDRAW_MS : LINE_MS;
  let shownAt = world.clock.monotonic();
  let drawn = false;
  return {
    update(done, total): void {
      const now = world.clock.monotonic();
      if (now - shownAt < pauseMs) return;
      shownAt = now;
      drawn = onTerminal;
      const text = describe(what, done, total);
      world.stderr.write(onTerminal ? `\r\x1b[K${bar(done, total)}${text}` : `${text}\n`);
    },
    [Symbol.dispose](): void {
      if (drawn) world.stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}

function describe(what: string, done: number, total: number): string {
  if (total <= 0) return `${what}: ${done}`;
  return `${what}: ${done}/${total} (${Math.floor(share(done, total) * 100)} %)`;
}

function bar(done: number, total: number): string {
  if (total <= 0) return "";
  const full = Math.round(share(done, total) * BAR_WIDTH);
  return `[${"#".repeat(full)}${" ".repeat(BAR_WIDTH - full)}] `;
}

function share(done: number, total: number): number {
  return Math.min(1, Math.max(0, done / total));
}
