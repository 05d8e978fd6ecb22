/** Faults that once no test noticed. Each has its test now, and this list keeps it. */
import type { Fault } from "./made_up.ts";

export const KNOWN_FAULTS: readonly Fault[] = [
  {
    file: "src/store/log/removal.ts",
    from: "WHERE ${OLD} AND NOT (${WAITING}) LIMIT ?",
    to: "WHERE ${OLD} AND (1 OR (${WAITING})) LIMIT ?",
    tests: ["tests/store/log/removal_test.ts"],
  },
  {
    file: "src/sync/pull.ts",
    from: "whole && kept",
    to: "kept",
    tests: ["tests/sync/pull_test.ts"],
  },
  {
    file: "src/tracker/handler.ts",
    from: "await isAllowed(c.req.raw.headers) ?",
    to: '(c.req.method === "DELETE" || await isAllowed(c.req.raw.headers)) ?',
    tests: ["tests/tracker/handler_test.ts"],
  },
  {
    file: "src/tracker/token.ts",
    from: "i < left.length",
    to: "i < 1",
    tests: ["tests/tracker/handler_test.ts"],
  },
  {
    file: "src/control/socket_path.ts",
    from: "info.mode & 0o077",
    to: "info.mode & 0o007",
    tests: ["tests/control/socket_path_test.ts"],
  },
  {
    file: "src/net/exchange/byte_budget.ts",
    from: "this.#held -= own;",
    to: "",
    tests: ["tests/net/exchange/byte_budget_test.ts"],
  },
  {
    file: "src/net/exchange/accept.ts",
    from: "idleMs, totalMs, signal });\n    await writeMessage",
    to: "idleMs, signal });\n    await writeMessage",
    tests: ["tests/net/exchange/accept_test.ts"],
  },
  {
    file: "src/store/log/removal.ts",
    from: "Math.min(beforeUnix, kept.ts)",
    to: "beforeUnix",
    tests: ["tests/store/log/removal_test.ts"],
  },
  {
    file: "src/store/index/run_reader.ts",
    from: "stale ? [] : storedSpans(db)",
    to: "storedSpans(db)",
    tests: ["tests/store/index/history_search_test.ts"],
  },
  {
    file: "src/store/log/removal.ts",
    from: 'this.#db.exec("PRAGMA secure_delete = ON");',
    to: "",
    tests: ["tests/store/log/removal_test.ts"],
  },
  {
    file: "src/app/background/turn.ts",
    from: "    if (!isDue(world, duty)) return false;\n    await act();",
    to: "    await act();",
    tests: ["tests/app/turn_test.ts"],
  },
  {
    file: "src/net/keys/key_file.ts",
    from: "age > BEING_WRITTEN_MS || ",
    to: "",
    tests: ["tests/net/keys"],
  },
  {
    file: "src/sync/peer_session.ts",
    from: "++this.#callbacks <= MAX_CALLBACKS",
    to: "++this.#callbacks < MAX_CALLBACKS",
    tests: ["tests/sync/peer_session_test.ts"],
  },
  {
    file: "src/sync/discover.ts",
    from: "merged.filter((record) => named.has(record.peer))",
    to: "merged",
    tests: ["tests/sync/discover_test.ts"],
  },
  {
    file: "src/store/file/file_lock.ts",
    from: " && name.sinceMs === holder.sinceMs",
    to: "",
    tests: ["tests/process/lock_test.ts"],
  },
  {
    file: "src/app/settle_history.ts",
    from: "fdatasync(fd, done)",
    to: "done(null)",
    tests: ["tests/app/settle_history_test.ts"],
  },
];
