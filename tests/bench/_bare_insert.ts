/** The floor that syncing is compared with: the rows alone, into the original's schema. */
import { cpuUsage } from "node:process";
import { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../src/history/entry.ts";
import { ORIGINAL_SCHEMA } from "../../src/store/file/migrations.ts";

/** A database to insert batches into, each in a transaction. */
export function bareDatabase(path: string): Disposable & { insert(batch: readonly Entry[]): void } {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${ORIGINAL_SCHEMA}`);
  const insert = db.prepare(
    `INSERT OR IGNORE INTO entries (entry_id, device_id, user_id, ts, cmd, cwd, exit_code,
     duration_ms, shell, hostname, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    insert(batch): void {
      db.exec("BEGIN IMMEDIATE");
      for (const e of batch) {
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
    },
    [Symbol.dispose]: (): void => db.close(),
  };
}

/** Inserts entries, so many in a transaction. */
export function bareInsert(
  path: string,
  entries: readonly Entry[],
  atOnce: number = 1000,
): { readonly ms: number; readonly cpuMs: number } {
  using database = bareDatabase(path);
  const start = performance.now();
  const before = cpuUsage();
  for (let from = 0; from < entries.length; from += atOnce) {
    database.insert(entries.slice(from, from + atOnce));
  }
  const { user, system } = cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}
