/** The log of a command that runs on: lines on stderr, for people, for journald, or for machines. */
import { fstatSync } from "node:fs";
import type { LogRecord } from "@logtape/logtape";
import {
  createLogger,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogSink,
} from "../base/log.ts";
import type { Output, World } from "../base/world.ts";
import { printableJson } from "../base/printable.ts";
import { formatEvent } from "./log_text.ts";

/** The forms of a log line. */
const LOG_FORMATS = ["text", "json"] as const;
/** One of {@linkcode LOG_FORMATS}. */
export type LogFormat = typeof LOG_FORMATS[number];

/** How a log is kept. */
export interface LoggingOptions {
  /** @default {"text"} */
  readonly format?: LogFormat | undefined;
  /** The least important events that are told. @default {"info"} */
  readonly level?: LogLevel | undefined;
}

/** What logging needs of the machine. */
export interface LoggingWorld extends Pick<World, "clock" | "env"> {
  readonly stderr: Pick<Output, "write">;
}

type Format = (level: LogLevel, message: string, fields: LogFields) => string;

/** What journald reads at the start of a line; see `sd-daemon(3)`. */
const PRIORITIES: Record<LogLevel, string> = {
  error: "<3>",
  warn: "<4>",
  info: "<6>",
  debug: "<7>",
};

/**
 * A logger that writes one line per event: `<time> <event>`, or JSON. Where stderr goes to the journal, which
 * notes the time itself, lines have its priority prefix instead of a time. A closed stderr is ignored.
 */
export async function createProcessLogger(
  options: LoggingOptions,
  world: LoggingWorld,
): Promise<Logger> {
  const toJournal = goesToJournal(world.env("JOURNAL_STREAM"));
  const format = options.format === "json" ? await jsonFormat(world) : textFormat(world, toJournal);
  const sink: LogSink = (level, message, fields) => {
    const prefix = toJournal ? PRIORITIES[level] : "";
    try {
      world.stderr.write(`${prefix}${format(level, message, fields)}\n`);
    } catch {
      // Nobody reads the log; that is no reason to stop syncing.
    }
  };
  return createLogger(sink, options.level);
}

function textFormat(world: LoggingWorld, toJournal: boolean): Format {
  if (toJournal) return formatEvent;
  return (level, message, fields) => {
    const time = new Date(world.clock.now()).toISOString();
    return `${time} ${formatEvent(level, message, fields)}`;
  };
}

/** LogTape's JSON lines, which log collectors know; loaded by who wants them. */
async function jsonFormat(world: LoggingWorld): Promise<Format> {
  const { getJsonLinesFormatter } = await import("@logtape/logtape");
  const format = getJsonLinesFormatter({ lineEnding: "lf" });
  return (level, message, fields) => {
    const record: LogRecord = {
      category: ["rustory"],
      level: level === "warn" ? "warning" : level,
      message: [message],
      rawMessage: message,
      timestamp: world.clock.now(),
      properties: fields as Record<string, unknown>,
    };
    return printableJson(format(record).trimEnd());
  };
}

/**
 * Whether stderr is the stream that `JOURNAL_STREAM` names by device and inode. The variable alone says
 * nothing: a terminal that systemd started hands it down to every shell.
 */
function goesToJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(STDERR, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

const STDERR = 2;
