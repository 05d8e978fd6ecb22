/** The floor that syncing is compared with: the rows alone, into the original's schema. */
import { cpuUsage } from "node:process";
import { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../src/history/entry.ts";
import { ORIGINAL_SCHEMA } from "../../src/store/file/migrations.ts";

/** Inserts entries, so many in a transaction. */
export function bareInsert(
  path: string,
  entries: readonly Entry[],
  atOnce: number = 1000,
): { readonly ms: number; readonly cpuMs: number } {
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${ORIGINAL_SCHEMA}`);
  const insert = db.prepare(
    `INSERT OR IGNORE INTO entries (entry_id, device_id, user_id, ts, cmd, cwd, exit_code,
     duration_ms, shell, hostname, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const start = performance.now();
  const before = cpuUsage();
  for (let from = 0; from < entries.length; from += atOnce) {
    db.exec("BEGIN IMMEDIATE");
    for (const e of entries.slice(from, from + atOnce)) {
      insert.run(
        e.id,
        e.deviceId,
        e.userId,
        Math.floor(e.startedAtMs / 1000),
        e.command,
        e.cwd,
        e.exitCode,
        e.durationMs,
        e.shell,
        e.hostname,
        e.version,
      );
    }
    db.exec("COMMIT");
  }
  const { user, system } = cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}
