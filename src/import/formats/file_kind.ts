/** What a file is, told by its first bytes: histories are text or SQLite, and people name other files too. */
import { decode } from "../../base/bytes.ts";
import { cleanBytes } from "./clean_bytes.ts";

/** What the bytes of a file are. */
export type FileKind =
  | { readonly is: "text" | "sqlite" | "binary" }
  | { readonly is: "utf-16"; readonly encoding: "utf-16le" | "utf-16be" }
  /** `unpack` is the command that writes what is in it. */
  | { readonly is: "packed"; readonly by: string; readonly unpack: string };

/** The formats of histories that are text. */
export type HistoryShape =
  | "zsh"
  | "bash"
  | "fish"
  | "jsonl"
  | "resh"
  | "xonsh"
  | "nushell"
  | "powershell";

/** Bytes of a file that are looked at: some thousand commands. */
export const LOOKED_AT = 64 * 1024;
/** More signs of control than this are in no text; random bytes have a tenth of them. */
const MOST_CONTROL = 0.05;
/** Text in UTF-16 is half NUL bytes, all of them at even or all at odd places. */
const UTF16_NULS = 0.3;

const SQLITE = "SQLite format 3\0";
const PACKED: readonly (readonly [magic: string, by: string, unpack: string])[] = [
  ["\x1f\x8b", "gzip", "gzip -dc"],
  ["\xfd7zXZ\0", "xz", "xz -dc"],
  ["\x28\xb5\x2f\xfd", "zstd", "zstd -dc"],
  ["BZh", "bzip2", "bzip2 -dc"],
  ["PK\x03\x04", "zip", "unzip -p"],
];

/** Tells what `bytes`, the whole of a file or its beginning, are. */
export function fileKind(bytes: Uint8Array): FileKind {
  const head = bytes.subarray(0, LOOKED_AT);
  if (startsWith(head, SQLITE)) return { is: "sqlite" };
  const packed = PACKED.find(([magic]) => startsWith(head, magic));
  if (packed !== undefined) return { is: "packed", by: packed[1], unpack: packed[2] };
  const encoding = utf16(head);
  if (encoding !== undefined) return { is: "utf-16", encoding };
  return { is: isBinary(head) ? "binary" : "text" };
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length &&
    [...text].every((char, i) => bytes[i] === char.charCodeAt(0));
}

function utf16(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (startsWith(head, "\xff\xfe")) return "utf-16le";
  if (startsWith(head, "\xfe\xff")) return "utf-16be";
  const nuls = [0, 0];
  head.forEach((byte, i) => {
    if (byte === 0) nuls[i % 2]!++;
  });
  const [even, odd] = nuls as [number, number];
  if (odd > UTF16_NULS * head.length && even === 0) return "utf-16le";
  return even > UTF16_NULS * head.length && odd === 0 ? "utf-16be" : undefined;
}

// NUL bytes are no sign of it, as a crash leaves runs of them; nor is what is not UTF-8, as zsh writes such.
function isBinary(head: Uint8Array): boolean {
  let control = 0;
  let nuls = 0;
  for (const byte of head) {
    if (byte === 0) nuls++;
    else if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b) control++;
  }
  return control > MOST_CONTROL * (head.length - nuls);
}

interface Mark {
  readonly shape: HistoryShape;
  /** How a record begins. */
  readonly line: RegExp;
  /** Which part of the lines has to begin one, lest a file that merely holds such lines is taken for it. */
  readonly share: number;
}

const MARKS: readonly Mark[] = [
  { shape: "zsh", line: /^:\s*\d{9,}:-?\d+;/, share: 0.5 },
  { shape: "bash", line: /^#\d{9,}\s*$/, share: 0.4 },
  // A command, its time, and the files that it named.
  { shape: "fish", line: /^- cmd: ?\S/, share: 0.25 },
  { shape: "jsonl", line: /^\{.*"command":/, share: 0.9 },
  { shape: "resh", line: /^(?:v\d+)?\{.*"cmdLine":/, share: 0.9 },
  { shape: "xonsh", line: /^\{"locs":/, share: 0 },
];

/** The format of a history that is text; `undefined` if it has no marks (PowerShell, nushell), or those of several. */
export function historyShape(bytes: Uint8Array): HistoryShape | undefined {
  const head = cleanBytes(bytes.subarray(0, LOOKED_AT));
  const lines = decode(head).split("\n").filter((line) => line.trim() !== "");
  const seen = MARKS.map((mark) => ({ ...mark, lines: count(lines, mark.line) }))
    .filter((mark) => mark.lines > 0);
  const [only, ...others] = seen;
  if (only === undefined || others.length > 0 || !only.line.test(lines[0]!)) return undefined;
  return only.lines >= only.share * lines.length ? only.shape : undefined;
}

function count(lines: readonly string[], line: RegExp): number {
  return lines.reduce((sum, text) => line.test(text) ? sum + 1 : sum, 0);
}
