/** fish history files (the YAML-like format of fish 2 to 4) to drafts. */
import { decode } from "../../base/bytes.ts";
import type { EntryDraft } from "../../history/entry.ts";
import { lineEnd, type Placed, timeOf } from "./byte_lines.ts";
import type { BrokenRecord } from "../../shell/broken_record.ts";

/** One space after the colon belongs to the format; fish reads a line without it too. */
const COMMAND = /^- cmd: ?/;
/** Fields stand deeper than the command; fish 2 wrote three spaces, fish 3 two, and fish reads any. */
const WHEN = /^\s+when:\s*(\d+)/;
const FIELD = /^\s/;

/** The commands of a fish history file, oldest first; lines that belong to none are broken. */
export function* parseFishHistory(bytes: Uint8Array): Generator<EntryDraft | BrokenRecord> {
  for (const { draft } of fishCommands(bytes)) yield draft;
}

/** The same, with where each stands, its fields included. */
export function* fishCommands(
  bytes: Uint8Array,
): Generator<Placed<EntryDraft | BrokenRecord>> {
  let command: string | undefined;
  let seconds: string | undefined;
  let isLost = false;
  let line = 0;
  let from = 0;
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, start);
    const text = decode(bytes.subarray(start, end));
    const at = start;
    line++;
    start = end + 1;
    if (COMMAND.test(text)) {
      if (command !== undefined) yield { draft: draftOf(command, seconds), from, to: at };
      command = text.replace(COMMAND, "");
      from = at;
      seconds = undefined;
      isLost = false;
    } else if (command !== undefined && (FIELD.test(text) || text === "")) {
      // Besides the time, fish keeps the files that the command named.
      seconds = WHEN.exec(text)?.[1] ?? seconds;
    } else if (text.trim() !== "" && !isLost) {
      // A run of such lines is one damaged record.
      if (command !== undefined) yield { draft: draftOf(command, seconds), from, to: at };
      command = undefined;
      isLost = true;
      const draft = { broken: 'expected "- cmd: " or a field of a command', at: line };
      yield { draft, from: at, to: at };
    }
  }
  if (command !== undefined) yield { draft: draftOf(command, seconds), from, to: bytes.length };
}

function draftOf(escaped: string, seconds: string | undefined): EntryDraft {
  return { startedAtMs: timeOf(seconds), command: unescaped(escaped), shell: "fish" };
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([\\n])/g, (_, c) => c === "n" ? "\n" : "\\");
}
