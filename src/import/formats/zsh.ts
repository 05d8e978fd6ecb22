/** zsh history files to drafts, read as zsh itself reads them (`readhistfile` in its Src/hist.c). */
import { decode } from "../../base/bytes.ts";
import type { EntryDraft } from "../../history/entry.ts";
import { lineEnd, type Placed, timeOf } from "./byte_lines.ts";

const NEWLINE = 10;
const BACKSLASH = 0x5c;
// zsh keeps bytes that its lexer uses as tokens as this byte and the byte with bit 5 flipped.
const META = 0x83;

/**
 * Written with EXTENDED_HISTORY: `: <start>:<seconds it ran>;<command>`. zsh reads a number at the first
 * place and passes over everything up to the `;`, whatever stands at the second: a clock that was set back
 * leaves a negative number there, other programs leave fractions or nothing, some at both places.
 */
const HEADER = /^:\s*(?:([-+]?\d+)[^:;\n]*(?::([^;\n]*))?|\w*:[^;\n]*);/;

/** A head that was cut off while it was written: zsh finds no command behind it. */
const CUT_HEADER = /^:\s*\d+(?::-?\d*)?$/;

/**
 * The commands of a zsh history file, oldest first. Multi-line commands come joined, non-ASCII text
 * decoded; a command without a time has none, and a time that cannot be meant counts as none.
 */
export function* parseZshHistory(bytes: Uint8Array): Generator<EntryDraft> {
  // zsh itself passes over the lines of a command of which the rest is missing.
  for (const { draft, to } of zshCommands(bytes)) if (!isCut(bytes, to)) yield draft;
}

/** The same, with where each stands, and with a command that is cut off at the end of the file. */
export function* zshCommands(bytes: Uint8Array): Generator<Placed<EntryDraft>> {
  let nextMeta = bytes.indexOf(META);
  for (let start = 0; start < bytes.length;) {
    let end = lineEnd(bytes, start);
    let isMultiLine = false;
    while (end < bytes.length && end > start && bytes[end - 1] === BACKSLASH) {
      isMultiLine = true;
      end = lineEnd(bytes, end + 1);
    }
    if (nextMeta >= 0 && nextMeta < start) nextMeta = bytes.indexOf(META, start);
    const isMetafied = nextMeta >= start && nextMeta < end;
    const record = bytes.subarray(start, end);
    const text = decode(isMetafied ? unmetafied(record) : record);
    if (text !== "" && !CUT_HEADER.test(text)) {
      const draft = draftOf(isMultiLine ? text.replaceAll("\\\n", "\n") : text);
      yield { draft, from: start, to: Math.min(end + 1, bytes.length) };
    }
    start = end + 1;
  }
}

function isCut(bytes: Uint8Array, to: number): boolean {
  return to === bytes.length && bytes[to - 1] === NEWLINE && bytes[to - 2] === BACKSLASH;
}

function draftOf(record: string): EntryDraft {
  const header = record.startsWith(":") ? HEADER.exec(record) : null;
  if (header === null) {
    // Without times, a command that starts with a colon is written with a backslash before it.
    const command = record.startsWith("\\:") ? record.slice(1) : record;
    return { startedAtMs: undefined, command: withoutGuard(command), shell: "zsh" };
  }
  const startedAtMs = timeOf(header[1]);
  const seconds = header[2] ?? "";
  const durationMs = /^\d+$/.test(seconds) ? Number(seconds) * 1000 : NaN;
  return {
    startedAtMs,
    command: withoutGuard(record.slice(header[0].length)),
    ...(Number.isSafeInteger(durationMs) && startedAtMs !== undefined ? { durationMs } : {}),
    shell: "zsh",
  };
}

// zsh writes a space after a command that ends in a backslash (and spaces), lest it join the next.
function withoutGuard(command: string): string {
  return command.endsWith(" ") && /\\ +$/.test(command) ? command.slice(0, -1) : command;
}

function unmetafied(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const isPair = bytes[i] === META && i + 1 < bytes.length;
    out[length++] = isPair ? bytes[++i]! ^ 0x20 : bytes[i]!;
  }
  return out.subarray(0, length);
}
