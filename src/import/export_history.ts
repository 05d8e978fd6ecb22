/**
 * Entries as the history files of other programs. Each importer reads back what its exporter wrote:
 * zsh, bash and fish keep the command and its start in whole seconds (zsh the duration too), jsonl
 * keeps everything.
 */
import type { Entry } from "../history/entry.ts";
import { entryToJson } from "./formats/jsonl.ts";

/** What `rr export --format` takes. */
export const EXPORT_FORMATS = ["jsonl", "zsh", "bash", "fish"] as const;
/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = typeof EXPORT_FORMATS[number];

/** The bytes of one entry, newline included; `undefined` if the format cannot hold this command. */
export function exportEntry(entry: Entry, format: ExportFormat): Uint8Array | undefined {
  switch (format) {
    case "jsonl":
      return utf8.encode(`${JSON.stringify(entryToJson(entry))}\n`);
    case "zsh":
      return zshRecord(entry);
    case "bash":
      return bashRecord(entry);
    case "fish":
      return utf8.encode(fishRecord(entry));
  }
}

const utf8 = new TextEncoder();

// For the shells 0 means "not known".
function unixSeconds(entry: Entry): number {
  return Math.max(0, Math.floor(entry.startedAtMs / 1000));
}

function zshRecord(entry: Entry): Uint8Array {
  const ranSeconds = Math.max(0, Math.round(entry.durationMs / 1000));
  const lines = entry.command.replaceAll("\n", "\\\n");
  const guard = /\\ *$/.test(entry.command) ? " " : "";
  return metafied(utf8.encode(`: ${unixSeconds(entry)}:${ranSeconds};${lines}${guard}\n`));
}

const META = 0x83;
const LAST_META = 0xa2;

function metafied(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 * bytes.length);
  let length = 0;
  for (const byte of bytes) {
    if (byte >= META && byte <= LAST_META) {
      out[length++] = META;
      out[length++] = byte ^ 0x20;
    } else out[length++] = byte;
  }
  return out.subarray(0, length);
}

// A line that looks like a time would end the command there, for bash as for us.
function bashRecord(entry: Entry): Uint8Array | undefined {
  if (/^#\d{9,}$/m.test(entry.command)) return undefined;
  return utf8.encode(`#${String(unixSeconds(entry)).padStart(9, "0")}\n${entry.command}\n`);
}

function fishRecord(entry: Entry): string {
  const escaped = entry.command.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `- cmd: ${escaped}\n  when: ${unixSeconds(entry)}\n`;
}
