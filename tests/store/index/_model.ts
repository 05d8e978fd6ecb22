/** What the tests of search and stats share. */
import type { Entry, EntryId } from "../../../src/history/entry.ts";
import type { RunFilter } from "../../../src/history/run_filter.ts";
import { generateEntries } from "../../fakes/history_generator.ts";

export const ENTRIES = oddEntries();

// A history with what breaks naive readers: one time for many, times out of order, other letters.
export function oddEntries(): Entry[] {
  const entries = generateEntries(4200, { seed: 3, meanGapMs: 400 });
  const old = generateEntries(2000, { seed: 4, uniqueShare: 0.65 });
  const same = generateEntries(50, { seed: 5 }).map((e) => ({
    ...e,
    startedAtMs: 1_609_459_300_000,
  }));
  const odd = ["größe ändern", "GRÖSSE", "ls\x1e-la", "", " ", "x".repeat(20_000), "ſtraße K"].map(
    (command, i) => ({ ...entries[i]!, id: `odd-${i}` as EntryId, command }),
  );
  const bare = generateEntries(60, { seed: 6 }).map((e, i) => ({
    ...e,
    cwd: "unknown",
    exitCode: i % 3 === 0 ? 1 : 0,
    durationMs: 0,
  }));
  return [...entries, ...bare, ...old, ...same, ...odd];
}

// Written out anew, not by the definition that the store uses.
export function passes(entry: Entry, filter: RunFilter): boolean {
  const { hostname, deviceId, cwd, below, session, exit, sinceMs, untilMs } = filter;
  const { shell, userId, leastMs, mostMs, clauses = [] } = filter;
  const isUnknown = entry.cwd === "unknown" && entry.exitCode === 0;
  const exits = {
    success: entry.exitCode === 0 && !isUnknown,
    failure: entry.exitCode !== 0,
    unknown: isUnknown,
  };
  return (hostname === undefined || entry.hostname === hostname) &&
    (deviceId === undefined || entry.deviceId === deviceId) &&
    (userId === undefined || entry.userId === userId) &&
    (shell === undefined || entry.shell === shell) &&
    (cwd === undefined || entry.cwd === cwd) &&
    (below === undefined || entry.cwd === below || entry.cwd.startsWith(`${below}/`)) &&
    (session === undefined || entry.session === session) &&
    (exit === undefined ||
      (typeof exit === "number" ? entry.exitCode === exit && !isUnknown : exits[exit])) &&
    (sinceMs === undefined || entry.startedAtMs >= sinceMs) &&
    (untilMs === undefined || entry.startedAtMs < untilMs) &&
    (leastMs === undefined || entry.durationMs > 0 && entry.durationMs >= leastMs) &&
    (mostMs === undefined || entry.durationMs > 0 && entry.durationMs <= mostMs) &&
    clauses.every(({ anyOf, negated }) =>
      negated ? !anyOf.some((one) => passes(entry, one)) : anyOf.some((one) => passes(entry, one))
    );
}
