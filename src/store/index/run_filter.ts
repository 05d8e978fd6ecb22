/** A filter of runs for the columns of the index. What it means is said in `history/run_filter.ts`. */
import {
  type FilterClause,
  isAboutPlaces,
  isAboutRows,
  isKnownExit,
  isUnknownPlace,
  matchesExit,
  matchesPlace,
  matchesTime,
  type RunFilter,
} from "../../history/run_filter.ts";
import type { Database } from "../file/database.ts";
import type { Value } from "../file/sqlite_rows.ts";
import type { Columns } from "./columns.ts";
import type { OwnNumbers, Place } from "./dictionary.ts";

/** A filter for one reader, whose own numbers it understands too. */
export interface CompiledFilter {
  /** Whether the run at a position is wanted; `undefined` if all are. */
  readonly wants: RunTest | undefined;
  /** Whether a run there may be wanted; `undefined` if any may. */
  readonly place: NumberTest | undefined;
  readonly session: NumberTest | undefined;
}

export type RunTest = (columns: Columns, i: number) => boolean;
type NumberTest = (id: number) => boolean;

/** Prepares a filter. */
export function compileFilter(db: Database, filter: RunFilter, own: OwnNumbers): CompiledFilter {
  const place = isAboutPlaces(filter)
    ? placeTest(
      db,
      filter.folders === undefined ? filter.cwd : undefined,
      own,
      (at) => matchesPlace(filter, at),
    )
    : undefined;
  const session = sessionTest(db, filter.session, own);
  const tests: (RunTest | undefined)[] = [
    place && (({ places }, i) => place(places[i]!)),
    session && (({ sessions }, i) => session(sessions[i]!)),
    exitTest(db, filter.exit, own),
    timeTest(filter),
    rowTest(db, filter),
  ];
  const clauses = (filter.clauses ?? []).map((clause) => compileClause(db, clause, own));
  return {
    wants: allOf([...tests, ...clauses.map(({ wants }) => wants)]),
    place: allOf([place, ...clauses.map((clause) => clause.place)]),
    session: allOf([session, ...clauses.map((clause) => clause.session)]),
  };
}

function compileClause(
  db: Database,
  { anyOf, negated }: FilterClause,
  own: OwnNumbers,
): CompiledFilter {
  const compiled = anyOf.map((filter) => compileFilter(db, filter, own));
  const tests = compiled.map(({ wants }) => wants ?? ((): boolean => true));
  const wants: RunTest = (columns, i) => tests.some((test) => test(columns, i)) !== negated;
  if (negated) return { wants, place: undefined, session: undefined };
  return {
    wants,
    place: oneOf(compiled.map((one) => one.place)),
    session: oneOf(compiled.map((one) => one.session)),
  };
}

function allOf<A extends unknown[]>(
  tests: readonly (((...args: A) => boolean) | undefined)[],
): ((...args: A) => boolean) | undefined {
  const given = tests.filter((test) => test !== undefined);
  return given.length < 2 ? given[0] : (...args): boolean => given.every((test) => test(...args));
}

/** Any number may be wanted as soon as one filter does not look at it. */
function oneOf(tests: readonly (NumberTest | undefined)[]): NumberTest | undefined {
  const given = tests.filter((test) => test !== undefined);
  if (given.length < tests.length) return undefined;
  return (id) => given.some((test) => test(id));
}

function placeTest(
  db: Database,
  cwd: string | undefined,
  own: OwnNumbers,
  matches: (place: Place) => boolean,
): NumberTest {
  // Some thousand places at most; the folder is the first column of their index, if its name decides.
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
): NumberTest | undefined {
  if (name === undefined) return undefined;
  const stored = db.integer("SELECT id FROM rr_session WHERE name = ?", name);
  return (id) => id >= own.firstSession ? own.sessions.get(id) === name : id !== 0 && id === stored;
}

/** Whether nobody knows how the run at a position ended. */
export function unknownExitTest(db: Database, own: OwnNumbers): RunTest {
  const isUnknown = placeTest(db, undefined, own, ({ cwd }) => isUnknownPlace(cwd));
  return ({ exitCodes, places }, i) =>
    !isKnownExit(exitCodes[i]!, exitCodes[i] === 0 && isUnknown(places[i]!));
}

function exitTest(db: Database, exit: RunFilter["exit"], own: OwnNumbers): RunTest | undefined {
  if (exit === undefined) return undefined;
  const isUnknown = placeTest(db, undefined, own, ({ cwd }) => isUnknownPlace(cwd));
  return ({ exitCodes, places }, i) =>
    matchesExit(exit, exitCodes[i]!, exitCodes[i] === 0 && isUnknown(places[i]!));
}

function timeTest(filter: RunFilter): RunTest | undefined {
  const { sinceMs, untilMs } = filter;
  if (sinceMs === undefined && untilMs === undefined) return undefined;
  return ({ startedAtMs }, i) => matchesTime(filter, startedAtMs[i]!);
}

/** What the columns do not hold is asked of the rows, for all runs of a block at once: about 1 ms. */
function rowTest(db: Database, filter: RunFilter): RunTest | undefined {
  if (!isAboutRows(filter)) return undefined;
  const { sql, values } = rowCondition(filter);
  let block: Columns | undefined;
  let wanted = new Set<number>();
  return (columns, i) => {
    if (columns !== block) {
      block = columns;
      const first = columns.seqs.reduce((a, b) => Math.min(a, b), Infinity);
      const last = columns.seqs.reduce((a, b) => Math.max(a, b), -Infinity);
      const rows = db.rows(
        `SELECT ingest_seq FROM entries WHERE ingest_seq BETWEEN ? AND ? AND ${sql}`,
        first,
        last,
        ...values,
      );
      wanted = new Set(rows.map((row) => row[0] as number));
    }
    return wanted.has(columns.seqs[i]!);
  };
}

/** As `matchesRow()`; a test holds the two to the same answers. */
function rowCondition({ userId, shell, leastMs, mostMs, pinned }: RunFilter): {
  readonly sql: string;
  readonly values: readonly Value[];
} {
  const parts: [string, Value | undefined][] = [
    ["user_id = ?", userId],
    ["shell = ?", shell],
    ["duration_ms > 0 AND duration_ms >= ?", leastMs],
    ["duration_ms > 0 AND duration_ms <= ?", mostMs],
  ];
  const given = parts.filter((part): part is [string, Value] => part[1] !== undefined);
  const pins = pinned ? ["cmd IN (SELECT cmd FROM rr_pinned)"] : [];
  return {
    sql: [...given.map(([sql]) => sql), ...pins].join(" AND "),
    values: given.map(([, value]) => value),
  };
}
