/** fish history files (the YAML-like format of fish 2 to 4) to drafts. */
import { decode } from "../base/bytes.ts";
import type { EntryDraft } from "../history/entry.ts";
import { lineEnd, timeOf } from "./byte_lines.ts";
import type { BrokenRecord } from "../shell/broken_record.ts";

const COMMAND = "- cmd: ";
const WHEN = "  when: ";

/** The commands of a fish history file, oldest first; lines that belong to none are broken. */
export function* parseFishHistory(bytes: Uint8Array): Generator<EntryDraft | BrokenRecord> {
  let command: string | undefined;
  let seconds: string | undefined;
  let isLost = false;
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, start);
    const text = decode(bytes.subarray(start, end));
    line++;
    start = end + 1;
    if (text.startsWith(COMMAND)) {
      if (command !== undefined) yield draftOf(command, seconds);
      command = text.slice(COMMAND.length);
      seconds = undefined;
      isLost = false;
    } else if (command !== undefined && (text.startsWith("  ") || text === "")) {
      // Besides the time, fish keeps the files that the command named.
      if (text.startsWith(WHEN)) seconds = text.slice(WHEN.length).trim();
    } else if (text.trim() !== "" && !isLost) {
      // A run of such lines is one damaged record.
      if (command !== undefined) yield draftOf(command, seconds);
      command = undefined;
      isLost = true;
      yield { broken: 'expected "- cmd: " or a field of a command', at: line };
    }
  }
  if (command !== undefined) yield draftOf(command, seconds);
}

function draftOf(escaped: string, seconds: string | undefined): EntryDraft {
  return { startedAtMs: timeOf(seconds), command: unescaped(escaped), shell: "fish" };
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([\\n])/g, (_, c) => c === "n" ? "\n" : "\\");
}
