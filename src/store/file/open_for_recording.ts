/** The history for `rr record`, which adds an entry: not a module more than that takes. */
import type { Entry } from "../../history/entry.ts";
import type { AppendResult } from "../../swarm/log.ts";
import { type HistoryOptions, letGo, LOG_BYTES_LEFT, type Opened, openFile } from "./open_file.ts";
import type { History } from "./open_history.ts";
import { insertUnknown } from "../log/rows.ts";

/** The history, with all but its one use still folded up. */
export class RecordingHistory implements Disposable {
  readonly #opened: Opened;

  /** The history in an open file. */
  constructor(opened: Opened) {
    this.#opened = opened;
  }

  /** As `EntryLog.append()` for entries of this device. */
  append(entries: readonly Entry[]): AppendResult {
    const { db } = this.#opened;
    return db.transaction(() => insertUnknown(db, entries));
  }

  /** All of the history, on the same connection: let go with this. */
  async whole(): Promise<History> {
    return (await import("./open_history.ts")).historyIn(this.#opened);
  }

  /** Lets go of the file: the process ends now, see `letGo()`. Twice is harmless. */
  [Symbol.dispose](): void {
    letGo(this.#opened);
  }
}

/** Pages before a record folds the log in, where another process has the file open all the time. */
const LOG_PAGES_LEFT = Math.floor(LOG_BYTES_LEFT / 4096);

/** Opens the history as {@linkcode import("./open_history.ts").openHistory} does. */
export function openForRecording(path: string, options: HistoryOptions): RecordingHistory {
  const opened = openFile(path, options);
  opened.db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES_LEFT}`);
  return new RecordingHistory(opened);
}
