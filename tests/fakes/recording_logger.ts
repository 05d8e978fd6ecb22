/** A logger that keeps what it is told. */
import type { LogFields, Logger, LogLevel } from "../../src/base/log.ts";

/** One event. */
export interface LoggedEvent {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps every event, of all levels, in order. */
export class RecordingLogger implements Logger {
  readonly events: LoggedEvent[] = [];

  error(message: string, fields: LogFields = {}): void {
    this.events.push({ level: "error", message, fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.events.push({ level: "warn", message, fields });
  }

  info(message: string, fields: LogFields = {}): void {
    this.events.push({ level: "info", message, fields });
  }

  debug(message: string, fields: LogFields = {}): void {
    this.events.push({ level: "debug", message, fields });
  }

  /** The events of which the message contains `part`. */
  matching(part: string): LoggedEvent[] {
    return this.events.filter((event) => event.message.includes(part));
  }
}
