/** How bad or how detailed a log event is, worst first. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Data of an event. Never command text, a key, a token or another secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Where a part of the program reports what happens.
 *
 * Messages are constant sentences, data goes into the fields.
 */
export interface Logger {
  /** Something is lost or cannot go on. */
  error(message: string, fields?: LogFields): void;
  /** Something that a person should look at. */
  warn(message: string, fields?: LogFields): void;
  /** What a person wants to know without asking. */
  info(message: string, fields?: LogFields): void;
  /** What helps to find a fault. */
  debug(message: string, fields?: LogFields): void;
}

/** Takes one event; the only thing a log output has to implement. */
export type LogSink = (level: LogLevel, message: string, fields: LogFields) => void;

/** A logger that hands every event of at least `level` to `sink`. */
export function createLogger(sink: LogSink, level: LogLevel = "info"): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const at = (own: LogLevel) => (message: string, fields: LogFields = {}): void => {
    if (LOG_LEVELS.indexOf(own) <= lowest) sink(own, message, fields);
  };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** A logger that drops everything. */
export function silentLogger(): Logger {
  return createLogger(() => {});
}
