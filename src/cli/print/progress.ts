/** How far a long command has come, on stderr. */
import type { World } from "../../base/world.ts";

/** Shows progress until disposed. */
export interface Progress extends Disposable {
  /** How many are done, of how many; a `total` of 0 is not known. */
  update(done: number, total: number): void;
}

/** Shows how far several things in a row have come, until disposed. */
export interface Stages extends Disposable {
  /** How much of all is done, from 0 to 1, and what is being done. */
  at(share: number, what: string): void;
}

const BAR_WIDTH = 28;
/** Narrower it shows nothing. */
const LEAST_BAR = 8;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/**
 * Shows the progress of `what`: on a terminal a bar that is redrawn at most ten times a second and
 * removed at the end, elsewhere one line every five seconds. What takes less shows nothing.
 */
export function startProgress(world: World, what: string): Progress {
  const shown = startLine(world);
  return {
    update(done, total): void {
      if (shown.isDue()) {
        shown.draw(total <= 0 ? undefined : done / total, describe(what, done, total));
      }
    },
    [Symbol.dispose]: () => shown[Symbol.dispose](),
  };
}

/** As {@linkcode startProgress}, with one bar for all; on a terminal each thing is named at once. */
export function startStages(world: World): Stages {
  const shown = startLine(world);
  let last = "";
  return {
    at(share, what): void {
      if (!shown.isDue(what !== last)) return;
      last = what;
      shown.draw(share, `${Math.floor(within(share) * 100)} % ${what}`);
    },
    [Symbol.dispose]: () => shown[Symbol.dispose](),
  };
}

interface ShownLine extends Disposable {
  /** Whether it is time to draw, on a terminal also if it is something `new`. */
  isDue(isNew?: boolean): boolean;
  /** A bar of that share, if it is known, and the text. */
  draw(share: number | undefined, text: string): void;
}

function startLine(world: World): ShownLine {
  const onTerminal = world.stderr.isTerminal() && world.env("TERM") !== "dumb";
  const pauseMs = onTerminal ? REDRAW_MS : LINE_MS;
  let shownAt = world.clock.monotonic();
  let drawn = false;
  return {
    isDue: (isNew = false) => (isNew && onTerminal) || world.clock.monotonic() - shownAt >= pauseMs,
    draw(share, text): void {
      shownAt = world.clock.monotonic();
      drawn = onTerminal;
      world.stderr.write(
        onTerminal ? `\r\x1b[K${oneLine(share, text, world.stderr.columns())}` : `${text}\n`,
      );
    },
    [Symbol.dispose](): void {
      if (drawn) world.stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}

function describe(what: string, done: number, total: number): string {
  if (total <= 0) return `${what}: ${done}`;
  return `${what}: ${done}/${total} (${Math.floor(within(done / total) * 100)} %)`;
}

/** A line that were longer than the terminal could not be drawn over: the bar gives way, then the text. */
function oneLine(share: number | undefined, text: string, columns = Infinity): string {
  const room = columns - 1;
  const width = Math.min(BAR_WIDTH, room - text.length - "[] ".length);
  const line = share === undefined || width < LEAST_BAR ? text : `${bar(share, width)}${text}`;
  return line.length <= room ? line : line.slice(0, room);
}

function bar(share: number, width: number): string {
  const full = Math.round(within(share) * width);
  return `[${"#".repeat(full)}${" ".repeat(width - full)}] `;
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
