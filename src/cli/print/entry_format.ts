/** `--format`: entries through a template such as `{time}\t{exit}\t{command}`. */
import { localTime } from "../../base/local_time.ts";
import { quoted } from "../../base/printable.ts";
import { RrError } from "../../base/rr_error.ts";
import type { Entry } from "../../history/entry.ts";
import { exitText, isKnownDuration, placeText } from "../../history/run_filter.ts";

type Field = (entry: Entry, nowMs: number) => string;

const FIELDS: Readonly<Record<string, Field>> = {
  command: (entry) => entry.command,
  time: (entry) => localTime(entry.startedAtMs),
  ago: (entry, nowMs) => span(Math.max(0, nowMs - entry.startedAtMs)),
  exit: exitText,
  duration: (entry) => isKnownDuration(entry) ? span(Math.max(0, entry.durationMs)) : "?",
  duration_ms: (entry) => String(entry.durationMs),
  cwd: (entry) => placeText(entry.cwd),
  host: (entry) => placeText(entry.hostname),
  device: (entry) => entry.deviceId,
  user: (entry) => placeText(entry.userId),
  shell: (entry) => placeText(entry.shell),
  session: (entry) => entry.session ?? "",
  id: (entry) => entry.id,
};

/** The names that a template may hold in braces. */
export const FIELD_NAMES: readonly string[] = Object.keys(FIELDS);

/** An entry through a template; `show` makes each field fit for the output. */
export type EntryFormat = (entry: Entry, nowMs: number, show: (text: string) => string) => string;

/**
 * Compiles a template: `{name}` is a field, `{{` a brace, `\t` a tab, `\n` a newline, `\\` a backslash.
 *
 * @throws {RrError} `usage` if it names no field of ours
 */
export function compileFormat(template: string): EntryFormat {
  const parts: (string | Field)[] = [];
  for (const [token] of template.matchAll(/\{\{|\{[^{}]*\}|\\[\s\S]|[^{\\]+|[\s\S]/g)) {
    parts.push(partOf(token));
  }
  return (entry, nowMs, show) =>
    parts.map((part) => typeof part === "string" ? part : show(part(entry, nowMs))).join("");
}

function partOf(token: string): string | Field {
  if (token === "{{") return "{";
  if (token.startsWith("{") && token.endsWith("}") && token.length > 1) {
    const name = token.slice(1, -1);
    if (Object.hasOwn(FIELDS, name)) return FIELDS[name]!;
    throw new RrError("usage", `Cannot use ${quoted(token)} in --format: there is no such field`, {
      hint: `The fields are ${FIELD_NAMES.map((field) => `{${field}}`).join(" ")}`,
    });
  }
  if (token === "\\t") return "\t";
  if (token === "\\n") return "\n";
  return token.length === 2 && token.startsWith("\\") ? token[1]! : token;
}

/** A span in its largest unit, such as `340ms`, `5s`, `3m`, `2h`, `12d`, `3y`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.floor(ms)}ms`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)}s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)}h`;
  if (ms < 365 * 86_400_000) return `${Math.floor(ms / 86_400_000)}d`;
  return `${Math.floor(ms / (365 * 86_400_000))}y`;
}
