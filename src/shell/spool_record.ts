/**
 * What a shell hook leaves for each finished command. The hooks write it with builtins alone, so the
 * format is what `printf` can do: fields that end in NUL, the one byte that no command can hold.
 *
 *     RS "rr1" NUL  key NUL  start NUL  duration NUL  exit NUL  shell NUL  host NUL  cwd NUL
 *     command NUL LF
 *
 * RS is the byte 0x1e. The key tells apart the records of a session: a number, or the digits of one.
 * Start and duration are milliseconds. fish, which has no clock, gives the start as BOOT+UPTIME: when
 * the machine was started, in milliseconds, and the seconds since then.
 *
 * A record is finished by NUL and LF after its eighth field. One that is cut short (a full disk, a
 * kill) is followed by the next one; the reader goes on from there.
 */
import { decode } from "../base/bytes.ts";

/** One finished command as the hook saw it. */
export interface SpoolRecord {
  /** Tells apart the records of its session. */
  readonly key: string;
  readonly startedAtMs: number;
  /** Whether the start was counted from the machine's boot, past which the clock may have been set. */
  readonly sinceBoot: boolean;
  readonly durationMs: number;
  readonly exitCode: number;
  readonly shell: string;
  readonly hostname: string;
  readonly cwd: string;
  /** As typed. */
  readonly command: string;
}

/** A record as a hook writes it. A NUL in a text would end its field: it is left out, as shells do. */
export function encodeSpoolRecord(record: Omit<SpoolRecord, "sinceBoot">): string {
  const { key, startedAtMs, durationMs, exitCode, shell, hostname, cwd, command } = record;
  const fields = [key, startedAtMs, durationMs, exitCode, shell, hostname, cwd, command];
  return `\x1err1\0${fields.map((field) => `${field}`.replaceAll("\0", "") + "\0").join("")}\n`;
}

/** The records of a spool file, or of a part of one. */
export interface SpoolContent {
  readonly records: readonly SpoolRecord[];
  /** Records that were cut short or hold no numbers where numbers belong. */
  readonly broken: number;
  /** Where the finished records end; what follows may still be completed. */
  readonly end: number;
}

const MAGIC = Uint8Array.from([0x1e, 0x72, 0x72, 0x31, 0]);
const FIELDS = 8;
const LF = 10;

/** Reads what is finished in `bytes` from `start` on; never throws, whatever they are. */
export function parseSpool(bytes: Uint8Array, start = 0): SpoolContent {
  const records: SpoolRecord[] = [];
  let broken = 0;
  let end = start;
  for (let at = start; at < bytes.length;) {
    const found = recordAt(bytes, at);
    if (found !== undefined) {
      if (found.record === undefined) broken++;
      else records.push(found.record);
      end = at = found.end;
      continue;
    }
    const next = nextFinished(bytes, at + 1);
    if (next < 0) break;
    broken++;
    end = at = next;
  }
  return { records, broken, end };
}

interface Found {
  /** `undefined` if a number is none. */
  readonly record: SpoolRecord | undefined;
  /** Where the next record begins. */
  readonly end: number;
}

// `undefined` if no finished record begins there.
function recordAt(bytes: Uint8Array, start: number): Found | undefined {
  if (!isMagic(bytes, start)) return undefined;
  const fields: string[] = [];
  let at = start + MAGIC.length;
  while (fields.length < FIELDS) {
    const nul = bytes.indexOf(0, at);
    if (nul < 0) return undefined;
    fields.push(decode(bytes.subarray(at, nul)));
    at = nul + 1;
  }
  if (bytes[at] !== LF) return undefined;
  return { record: toRecord(fields), end: at + 1 };
}

function toRecord(fields: readonly string[]): SpoolRecord | undefined {
  const [key, start, took, status, shell, hostname, cwd, command] = fields as [
    ...[string, string, string, string],
    ...[string, string, string, string],
  ];
  const startedAtMs = startOf(start);
  const durationMs = integer(took);
  const exitCode = integer(status);
  if (!/^\d[\d ]{0,60}$/.test(key) || !startedAtMs || durationMs === undefined) return undefined;
  if (exitCode === undefined) return undefined;
  const sinceBoot = start.includes("+");
  return { key, startedAtMs, sinceBoot, durationMs, exitCode, shell, hostname, cwd, command };
}

function startOf(text: string): number | undefined {
  const plus = text.indexOf("+");
  if (plus < 0) return integer(text);
  const boot = integer(text.slice(0, plus).replace(/\.\d*$/, ""));
  const uptime = /^\d{1,12}(?:\.\d{1,9})?$/.exec(text.slice(plus + 1));
  return boot === undefined || uptime === null
    ? undefined
    : boot + Math.round(Number(uptime[0]) * 1000);
}

function integer(text: string): number | undefined {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function isMagic(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, i) => bytes[at + i] === byte);
}

// A field may end like the beginning of a record, so only a whole one proves that this one is torn.
function nextFinished(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(MAGIC[0]!, from); at >= 0; at = bytes.indexOf(MAGIC[0]!, at + 1)) {
    if (recordAt(bytes, at) !== undefined) return at;
  }
  return -1;
}
