/** The log of a command that ends by itself: the original's lines on stderr, without times. */
import { createLogger, type Logger, type LogLevel } from "../base/log.ts";
import type { Output } from "../base/world.ts";
import { formatEvent } from "./log_text.ts";

/** A logger that writes each event as one line. */
export function lineLogger(output: Output, level: LogLevel): Logger {
  return createLogger((at, message, fields) => {
    output.write(`${formatEvent(at, message, fields)}\n`);
  }, level);
}
