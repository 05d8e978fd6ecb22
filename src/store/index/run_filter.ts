/** Which runs of commands a reader wants, by everything but their text. */
import type { Columns } from "./columns.ts";
import type { Database } from "../file/database.ts";
import type { OwnNumbers, Place } from "./dictionary.ts";

/** Every given condition must hold. */
export interface RunFilter {
  readonly hostname?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Run in exactly this folder. */
  readonly cwd?: string | undefined;
  /** Run in this folder or below it, such as the root of a git workspace. */
  readonly below?: string | undefined;
  readonly session?: string | undefined;
  /** Exactly this status, or any success (0) or failure (not 0). */
  readonly exit?: number | "success" | "failure" | undefined;
  /** Started at or after. */
  readonly sinceMs?: number | undefined;
  /** Started before. */
  readonly untilMs?: number | undefined;
}

/** A filter for one reader, whose own numbers it understands too. */
export interface CompiledFilter {
  /** Whether the run at a position is wanted; `undefined` if all are. */
  readonly wants: ((columns: Columns, i: number) => boolean) | undefined;
  readonly place: ((id: number) => boolean) | undefined;
  readonly session: ((id: number) => boolean) | undefined;
}

type RunTest = (columns: Columns, i: number) => boolean;

/** Prepares a filter. */
export function compileFilter(db: Database, filter: RunFilter, own: OwnNumbers): CompiledFilter {
  const place = placeTest(db, filter, own);
  const session = sessionTest(db, filter.session, own);
  const tests: RunTest[] = [];
  if (place !== undefined) tests.push(({ places }, i) => place(places[i]!));
  if (session !== undefined) tests.push(({ sessions }, i) => session(sessions[i]!));
  const others = [exitTest(filter.exit), timeTest(filter)];
  tests.push(...others.filter((test) => test !== undefined));
  const [first, second] = tests;
  const wants = first === undefined || second === undefined
    ? first
    : (columns: Columns, i: number): boolean => tests.every((test) => test(columns, i));
  return { wants, place, session };
}

function placeTest(
  db: Database,
  filter: RunFilter,
  own: OwnNumbers,
): CompiledFilter["place"] {
  const { hostname, deviceId, cwd, below } = filter;
  if ((hostname ?? deviceId ?? cwd ?? below) === undefined) return undefined;
  const inside = below === undefined ? undefined : below.endsWith("/") ? below : `${below}/`;
  const matches = (place: Place): boolean =>
    (hostname === undefined || place.hostname === hostname) &&
    (deviceId === undefined || place.deviceId === deviceId) &&
    (cwd === undefined || place.cwd === cwd) &&
    (inside === undefined || place.cwd === below || place.cwd.startsWith(inside));
  // Some thousand places at most; the folder is the first column of their index.
  const rows = cwd === undefined
    ? db.rows("SELECT id, cwd, hostname, device_id FROM rr_place")
    : db.rows("SELECT id, cwd, hostname, device_id FROM rr_place WHERE cwd = ?", cwd);
  const wanted = new Uint8Array(own.firstPlace);
  for (const [id, folder, host, device] of rows) {
    const place = { cwd: String(folder), hostname: String(host), deviceId: String(device) };
    if (matches(place)) wanted[id as number] = 1;
  }
  return (id) => {
    if (id < wanted.length) return wanted[id] === 1;
    const place = own.places.get(id);
    return place !== undefined && matches(place);
  };
}

function sessionTest(
  db: Database,
  name: string | undefined,
  own: OwnNumbers,
): CompiledFilter["session"] {
  if (name === undefined) return undefined;
  const stored = db.integer("SELECT id FROM rr_session WHERE name = ?", name);
  return (id) => id >= own.firstSession ? own.sessions.get(id) === name : id !== 0 && id === stored;
}

function exitTest(exit: RunFilter["exit"]): RunTest | undefined {
  if (exit === undefined) return undefined;
  if (exit === "failure") return ({ exitCodes }, i) => exitCodes[i] !== 0;
  const code = exit === "success" ? 0 : exit;
  return ({ exitCodes }, i) => exitCodes[i] === code;
}

function timeTest({ sinceMs, untilMs }: RunFilter): RunTest | undefined {
  if (sinceMs === undefined && untilMs === undefined) return undefined;
  const from = sinceMs ?? -Infinity;
  const to = untilMs ?? Infinity;
  return ({ startedAtMs }, i) => startedAtMs[i]! >= from && startedAtMs[i]! < to;
}
