/** Keeps a log readable and small when one thing happens again and again. */
import type { Clock } from "./clock.ts";
import { createLogger, type Logger, type LogLevel, type LogSink } from "./log.ts";

/** How {@linkcode sumRepeats} counts. */
export interface RepeatOptions {
  /** Lines with one sentence that are written in one window, whatever their data. @default {10} */
  readonly most?: number;
  /** Milliseconds. @default {60_000} */
  readonly windowMs?: number;
}

interface Window {
  readonly level: LogLevel;
  count: number;
}

/**
 * A sink that writes the first few events with one sentence and counts the others, for which one line
 * stands at the end of the window, or once it is disposed of. Sentences are constants of the program:
 * there is a bounded number.
 *
 * Hundreds of dead peers, or a stranger who opens one bad stream after the other, would otherwise fill
 * a disk where nobody rotates the log.
 */
export function sumRepeats(
  sink: LogSink,
  clock: Clock,
  { most = 10, windowMs = 60_000 }: RepeatOptions = {},
): LogSink & Disposable {
  const windows = new Map<string, Window>();
  const over = new AbortController();

  function close(message: string, fields: Readonly<Record<string, unknown>>): void {
    const window = windows.get(message);
    windows.delete(message);
    if (window === undefined || window.count <= most) return;
    const count = window.count - most;
    sink(window.level, "Left out lines that say the same of others", {
      line: message,
      count,
      ...fields,
    });
  }

  async function closeLater(message: string): Promise<void> {
    try {
      await clock.sleep(windowMs, over.signal);
    } catch {
      return; // disposed of
    }
    close(message, { seconds: Math.round(windowMs / 1000) });
  }

  const summing: LogSink = (level, message, fields) => {
    const window = windows.get(message);
    if (window === undefined) {
      windows.set(message, { level, count: 1 });
      sink(level, message, fields);
      return;
    }
    window.count++;
    if (window.count <= most) sink(level, message, fields);
    // Most things happen once: only now is there something to sum up.
    if (window.count === 2) void closeLater(message);
  };
  return Object.assign(summing, {
    [Symbol.dispose](): void {
      over.abort();
      for (const message of [...windows.keys()]) close(message, {});
    },
  });
}

/** The logger, with what happens again and again summed up; see {@linkcode sumRepeats}. */
export function withSummedRepeats(logger: Logger, clock: Clock): Logger {
  const sink: LogSink = (level, message, fields) => logger[level](message, fields);
  return createLogger(sumRepeats(sink, clock), "debug");
}

/** Warnings of one kind that a single run writes in a minute: one for each device of a person, and more. */
const MOST_WARNINGS = 30;

/**
 * The same of warnings alone, for a command that ends: what came of each peer is its result, and stands
 * there whole. Disposing tells how much was left out.
 */
export function withSummedWarnings(logger: Logger, clock: Clock): Logger & Disposable {
  const plain: LogSink = (level, message, fields) => logger[level](message, fields);
  const summing = sumRepeats(plain, clock, { most: MOST_WARNINGS });
  const sink: LogSink = (level, message, fields) =>
    (level === "warn" ? summing : plain)(level, message, fields);
  return Object.assign(createLogger(sink, "debug"), {
    [Symbol.dispose]: () => summing[Symbol.dispose](),
  });
}
