/**
 * What this device recorded since the write-ahead log was folded in last: where the log is cut short,
 * it is nowhere else. What came from other devices comes again, as how far they were followed stood in
 * the log too.
 */
import type { DeviceId, Entry } from "../../../history/entry.ts";
import type { History } from "../../../store/file/open_history.ts";

/** A log is folded in when nothing has happened for some seconds, or every thousand pages. */
const MOST_ENTRIES = 500;
const MOST_BYTES = 4 * 1024 * 1024;

/** Entries of one device that may be in the log alone. */
export class Unfolded {
  readonly #log: History["log"];
  readonly #deviceId: DeviceId;
  #seen: number;
  #entries: readonly Entry[] = [];

  /** Takes it that everything is in the file now. @throws {RrError} what the history throws */
  constructor({ log }: Pick<History, "log">, deviceId: DeviceId) {
    this.#log = log;
    this.#deviceId = deviceId;
    this.#seen = log.headSeq();
  }

  /** The entries, oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Takes note of what is new. @throws {RrError} what the history throws */
  look(): void {
    const head = this.#log.headSeq();
    if (head === this.#seen) return;
    const from = Math.max(this.#seen, head - MOST_ENTRIES);
    const limit = { entries: MOST_ENTRIES, bytes: MOST_BYTES };
    const { entries } = this.#log.entriesAfter(from, limit, this.#deviceId);
    this.#entries = [...this.#entries, ...entries].slice(-MOST_ENTRIES);
    this.#seen = head;
  }

  /** Takes it that everything is in the file now. */
  folded(): void {
    this.#entries = [];
  }
}
