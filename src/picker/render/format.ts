/** Times and durations in a few columns. */
import { shellWord } from "../../base/shell_words.ts";
import { isUnknownPlace, placeText } from "../../history/run_filter.ts";

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["y", 31_556_952], // the mean year of the Gregorian calendar
  ["mo", 2_629_746],
  ["w", 604_800],
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
];

/** How long ago, in at most 4 columns: `now`, `42s`, `5m`, `3h`, `2d`, `4w`, `7mo`, `12y`. */
export function ago(atMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - atMs) / 1000);
  if (seconds < 1) return "now"; // clocks of other machines may be ahead
  for (const [name, length] of UNITS) {
    if (seconds >= length) return `${Math.min(999, Math.floor(seconds / length))}${name}`;
  }
  return `${seconds}s`;
}

/** A duration in at most 5 columns: `7ms`, `2.5s`, `42s`, `3m07`, `2h15`, `9d`; empty if not known. */
export function duration(ms: number): string {
  if (ms <= 0) return "";
  if (ms < 1000) return `${Math.floor(ms)}ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 10) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${two(minutes % 60)}`;
  return `${Math.min(9999, Math.floor(hours / 24))}d`;
}

/** A moment in local time, 19 columns: `2024-05-01 13:22:08`. */
export function moment(atMs: number): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return "?";
  const day = `${four(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A folder with the home folder as `~`; `?` if nobody knows it. */
export function shortFolder(cwd: string, home: string | undefined): string {
  if (!home || home === "/") return placeText(cwd);
  if (cwd === home) return "~";
  return cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : placeText(cwd);
}

/** The command so that it runs in that folder; as it is if nobody knows the folder. */
export function inFolderOf(cwd: string, command: string): string {
  if (isUnknownPlace(cwd)) return command;
  return `cd ${shellWord(cwd)} && ${command}`;
}

/** A host name without its domain; `?` if nobody knows it. */
export function shortHost(hostname: string): string {
  // An address is no name with a domain.
  return /^[\d.:]+$/.test(hostname) ? hostname : placeText(hostname.split(".", 1)[0]!);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function four(value: number): string {
  return String(value).padStart(4, "0");
}
