/** Histories of nushell, PowerShell, xonsh and resh that are text. */
import { decode } from "../../base/bytes.ts";
import { readJson } from "../../base/json_cost.ts";
import { MAX_STARTED_AT_MS } from "../../history/check_entry.ts";
import type { EntryDraft } from "../../history/entry.ts";
import type { BrokenRecord } from "../../shell/broken_record.ts";
import { lineEnd, UNCHECKED_JSON_BYTES } from "./byte_lines.ts";
import { cleanFolderOf, integerOf, textOf } from "./row_values.ts";

/** nushell's `history.txt`: a command a line, `<\\n>` for a newline in it. */
export function* parseNushellHistory(bytes: Uint8Array): Generator<EntryDraft> {
  for (const line of linesOf(bytes)) {
    if (line.trim() === "") continue;
    yield untimed(line.replaceAll("<\\n>", "\n"), "nushell");
  }
}

/** PSReadLine's file: a command a line, a backtick at the end where it goes on in the next one. */
export function* parsePowershellHistory(bytes: Uint8Array): Generator<EntryDraft> {
  let open: string | undefined;
  for (const line of linesOf(bytes)) {
    const whole: string = open === undefined ? line : `${open}\n${line}`;
    open = whole.endsWith("`") ? whole.slice(0, -1) : undefined;
    if (open === undefined && whole.trim() !== "") yield untimed(whole, "powershell");
  }
  if (open !== undefined && open.trim() !== "") yield untimed(open, "powershell");
}

/** A file of one session of xonsh: JSON, with the commands in `data.cmds`. */
export function* parseXonshHistory(bytes: Uint8Array): Generator<EntryDraft | BrokenRecord> {
  if (decode(bytes).trim() === "") return;
  const data = fieldsOf(fieldsOf(jsonOf(bytes)).data);
  if (!Array.isArray(data.cmds)) {
    yield { broken: "expected the commands of a session of xonsh", at: 1 };
    return;
  }
  let at = 0;
  for (const one of data.cmds) {
    at++;
    const { inp, rtn, ts, cwd } = fieldsOf(one);
    const [began, ended] = Array.isArray(ts) ? ts.map(secondsToMs) : [];
    yield drafted(at, inp, {
      startedAtMs: began,
      durationMs: took(began, ended),
      exitCode: integerOf(rtn),
      cwd: cleanFolderOf(cwd),
      session: textOf(data.sessionid),
      shell: "xonsh",
    });
  }
}

/**
 * resh's file: a record in JSON a line, since version 3 with the number of the format before it. What was
 * deleted there stays out, and the end of a session is no command.
 */
export function* parseReshHistory(bytes: Uint8Array): Generator<EntryDraft | BrokenRecord> {
  let at = 0;
  for (const line of byteLinesOf(bytes)) {
    at++;
    if (decode(line).trim() === "") continue;
    const record = fieldsOf(jsonOf(line, (json) => decode(json).replace(/^v\d+(?=\{)/, "")));
    if (record.deleted === true || record.sessionExit === true) continue;
    const began = secondsToMs(record.realtimeBefore ?? record.time);
    const isOpen = isFirstPart(record);
    const ran = Number(record.realtimeDuration ?? record.duration);
    yield drafted(at, record.cmdLine, {
      startedAtMs: began,
      durationMs: ran >= 0 && ran < MOST_SECONDS
        ? Math.floor(ran * 1000)
        : took(began, secondsToMs(record.realtimeAfter)),
      exitCode: isOpen ? undefined : integerOf(record.exitCode),
      cwd: cleanFolderOf(record.pwd),
      hostname: textOf(record.host ?? record.device),
      session: textOf(record.sessionId ?? record.sessionID),
      shell: textOf(record.shell),
    });
  }
}

// resh notes a command when it begins and again when it ends, and joins the two.
function isFirstPart({ partOne, partsNotMerged, partsMerged }: Record<string, unknown>): boolean {
  return partOne === true && (partsNotMerged === true || partsMerged === false);
}

/** No command takes longer than all of time. */
const MOST_SECONDS = MAX_STARTED_AT_MS / 1000;

function untimed(command: string, shell: string): EntryDraft {
  return { startedAtMs: undefined, command, shell };
}

function drafted(
  at: number,
  command: unknown,
  rest: Omit<EntryDraft, "command">,
): EntryDraft | BrokenRecord {
  // xonsh keeps the newline behind the command.
  if (typeof command === "string") return { ...rest, command: command.replace(/\n$/, "") };
  return { broken: "expected the command as text", at };
}

function* linesOf(bytes: Uint8Array): Generator<string> {
  for (const line of byteLinesOf(bytes)) yield decode(line);
}

function* byteLinesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, start);
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

function jsonOf(json: Uint8Array, text: (json: Uint8Array) => string = decode): unknown {
  try {
    return readJson(json, UNCHECKED_JSON_BYTES, text);
  } catch {
    return undefined; // cut off, or another program's
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

/** Seconds with a fraction, as a number or a text. */
function secondsToMs(value: unknown): number | undefined {
  const ms = value === null || value === "" ? NaN : Math.floor(Number(value) * 1000);
  return ms > 0 && ms <= MAX_STARTED_AT_MS ? ms : undefined;
}

function took(began: number | undefined, ended: number | undefined): number | undefined {
  return began === undefined || ended === undefined ? undefined : Math.max(0, ended - began);
}
