/** One log event as one line of text. */
import type { LogFields, LogLevel } from "../base/log.ts";
import { printable } from "../base/printable.ts";

// Fields that stand bare behind the message, as in the original's lines:
// `warn: p2p pull failed: <peer>: <cause>`.
const BARE = ["peer", "tracker", "error"] as const;

/**
 * `[warn: |error: ]message[: peer][: error][: key=value ...]`.
 *
 * Values are escaped visibly: they may come from other machines.
 */
export function formatEvent(level: LogLevel, message: string, fields: LogFields): string {
  const prefix = level === "warn" || level === "error" ? `${level}: ` : "";
  const parts = [prefix + message];
  for (const name of BARE) {
    if (fields[name] !== undefined) parts.push(String(fields[name]));
  }
  const rest = Object.entries(fields)
    .filter(([name, value]) => value !== undefined && !(BARE as readonly string[]).includes(name))
    .map(([name, value]) => `${name}=${value}`);
  if (rest.length > 0) parts.push(rest.join(" "));
  return printable(parts.join(": "));
}
