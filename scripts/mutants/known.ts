/** Faults that once no test noticed. Each has its test now, and this list keeps it. */
import type { Fault } from "./made_up.ts";

export const KNOWN_FAULTS: readonly Fault[] = [
  {
    file: "src/store/log/prune.ts",
    from: "WHERE ${OLD} AND NOT (${WAITING}) LIMIT ?",
    to: "WHERE ${OLD} AND (1 OR (${WAITING})) LIMIT ?",
    tests: ["tests/store/log/removal_test.ts"],
  },
  {
    file: "src/sync/pull/pull.ts",
    from: "whole && kept",
    to: "kept",
    tests: ["tests/sync/pull/store_pulled_test.ts"],
  },
  {
    file: "src/tracker/server/handler.ts",
    from: "await isAllowed(c.req.raw.headers) ?",
    to: '(c.req.method === "DELETE" || await isAllowed(c.req.raw.headers)) ?',
    tests: ["tests/tracker/server/handler_test.ts"],
  },
  {
    file: "src/tracker/server/token.ts",
    from: "i < left.length",
    to: "i < 1",
    tests: ["tests/tracker/server/handler_test.ts"],
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
    from: "return { clock: this.#deps.clock, idleMs, totalMs };",
    to: "return { clock: this.#deps.clock, idleMs, totalMs: totalMs * 1e6 };",
    tests: ["tests/net/exchange/accept_test.ts"],
  },
  {
    file: "src/store/log/prune.ts",
    from: "Math.min(before, keptTs, ",
    to: "Math.min(before, ",
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
    tests: ["tests/app/background/turn_test.ts"],
  },
  {
    file: "src/net/keys/key_file.ts",
    from: "age > BEING_WRITTEN_MS || ",
    to: "",
    tests: ["tests/net/keys"],
  },
  {
    file: "src/sync/peers/peer_session.ts",
    from: "++this.#callbacks <= MAX_CALLBACKS",
    to: "++this.#callbacks < MAX_CALLBACKS",
    tests: ["tests/sync/peers/peer_session_test.ts"],
  },
  {
    file: "src/sync/peers/discover.ts",
    from: "merged.filter((record) => record.answered && sources.has(record.peer))",
    to: "merged",
    tests: ["tests/sync/peers/discover_test.ts"],
  },
  {
    file: "src/store/file/file_lock.ts",
    from: " && name.sinceMs === holder.sinceMs",
    to: "",
    tests: ["tests/process/lock_test.ts"],
  },
  {
    file: "src/app/session/settle_history.ts",
    from: "fdatasync(fd, done)",
    to: "done(null)",
    tests: ["tests/app/session/settle_history_test.ts"],
  },
  {
    file: "src/control/shell_door.ts",
    from: "i < token.length; i++",
    to: "i < 1; i++",
    tests: ["tests/control/shell_door_test.ts"],
  },
  {
    file: "src/control/shell_door.ts",
    from: "if (files.readText(path) === note) files.remove(path);",
    to: "files.remove(path);",
    tests: ["tests/control/shell_door_test.ts"],
  },
  {
    file: "src/store/log/prune_mark.ts",
    from: "if (newest < to) return;",
    to: "",
    tests: ["tests/store/log/removal_test.ts"],
  },
  {
    file: "src/sync/peers/peer_line.ts",
    from: "if (this.#addrs.size > MOST_ADDRS) this.#addrs.clear();",
    to: "",
    tests: ["tests/sync/peers/peer_line_test.ts"],
  },
  {
    file: "src/store/index/chunks.ts",
    from: "if (row === undefined) return true;",
    to: "if (row !== undefined) return true;",
    tests: ["tests/store/index/chunks_test.ts"],
  },
  {
    file: "src/tracker/client/tracker_http.ts",
    from: "status >= 300 && status < 400",
    to: "status >= 300 && status <= 400",
    tests: ["tests/tracker/client/client_test.ts"],
  },
  {
    file: "src/net/node/peer_rate.ts",
    from: "if (this.#filled.size > MOST_PEERS)",
    to: "if (false)",
    tests: ["tests/net/node/peer_rate_test.ts"],
  },
  {
    file: "src/process/rewrite_file.ts",
    from: "before.nlink > 1n",
    to: "before.nlink > 2n",
    tests: ["tests/process/rewrite_file_test.ts"],
  },
];
