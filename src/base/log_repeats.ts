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
 * stands at the end of the window. Sentences are constants of the program: there is a bounded number.
 *
 * Hundreds of dead peers, or a stranger who opens one bad stream after the other, would otherwise fill
 * a disk where nobody rotates the log.
 */
export function sumRepeats(
  sink: LogSink,
  clock: Clock,
  { most = 10, windowMs = 60_000 }: RepeatOptions = {},
): LogSink {
  const windows = new Map<string, Window>();

  async function close(message: string): Promise<void> {
    await clock.sleep(windowMs);
    const { level, count } = windows.get(message)!;
    windows.delete(message);
    if (count <= most) return;
    sink(level, "Left out lines that say the same of others", {
      line: message,
      count: count - most,
      seconds: Math.round(windowMs / 1000),
    });
  }

  return (level, message, fields) => {
    const window = windows.get(message);
    if (window === undefined) {
      windows.set(message, { level, count: 1 });
      sink(level, message, fields);
      return;
    }
    window.count++;
    if (window.count <= most) sink(level, message, fields);
    // Most things happen once: only now is there something to sum up.
    if (window.count === 2) void close(message);
  };
}

/** The logger, with what happens again and again summed up; see {@linkcode sumRepeats}. */
export function withSummedRepeats(logger: Logger, clock: Clock): Logger {
  const sink: LogSink = (level, message, fields) => logger[level](message, fields);
  return createLogger(sumRepeats(sink, clock), "debug");
}
