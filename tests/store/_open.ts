/** A history in a temporary folder of its own, gone when disposed. */
import { DatabaseSync } from "node:sqlite";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import type { HistoryOptions } from "../../src/store/file/open_file.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

/** A temporary folder. */
export interface TempFolder extends Disposable {
  readonly path: string;
  /** The path of a file in it. */
  file(name: string): string;
}

/** Creates a temporary folder. */
export function tempFolder(): TempFolder {
  const path = Deno.makeTempDirSync({ prefix: "rr-store-" });
  return {
    path,
    file: (name) => `${path}/${name}`,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** Opens the history at `path` with the real file system and a clock that stands at `nowMs`. */
export function open(
  path: string,
  options: Partial<HistoryOptions> & { readonly nowMs?: number } = {},
): History {
  const { nowMs = Date.UTC(2025, 0, 1), ...rest } = options;
  return openHistory(path, { files: denoFiles(), clock: new FakeClock(nowMs), ...rest });
}

/** Lets another program work on the database: plain SQLite, as the original or a person would. */
export function foreign<T>(path: string, work: (db: DatabaseSync) => T): T {
  using db = new DatabaseSync(path);
  db.exec("PRAGMA busy_timeout = 5000");
  return work(db);
}
