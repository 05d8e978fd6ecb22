/** The newest runs of the history in memory, for as long as shells ask for them. */
import { after } from "../../../base/async/timer.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Entry, EntryId } from "../../../history/entry.ts";
import { type RecentCommand, RecentCommands } from "../../../search/recent_commands.ts";
import type { History } from "../../../store/file/open_history.ts";
import { RECENT_RUNS } from "../../../store/index/recent_runs.ts";

/** What it needs. */
export interface RecentHistoryDeps {
  readonly clock: Clock;
  readonly history: {
    readonly search: Pick<History["search"], "find" | "entriesById">;
    readonly log: Pick<History["log"], "headSeq" | "entriesAfter">;
  };
}

/** Runs read at once: a few milliseconds, so that nobody else has to wait for longer. */
const PAGE = 500;
/** After so many more it is read anew, and what nobody holds any more goes. */
const MOST_FURTHER = 2_000;
const FURTHER_BYTES = 4_194_304;
/** Memory is given back when nobody has asked for so long. */
const IDLE_MS = 10 * 60_000;

interface Held {
  /** Of the newest page at first, of all once they are read. */
  recent: RecentCommands;
  /** How far the log was followed. */
  seq: number;
  further: number;
}

/** Reads them when a shell asks first, takes in what is added, and lets go when none has asked for a while. */
export class RecentHistory implements Disposable {
  readonly #deps: RecentHistoryDeps;
  readonly #over = new AbortController();
  #held: Promise<Held> | undefined;
  #idle: Disposable | undefined;

  /** Reads nothing yet. */
  constructor(deps: RecentHistoryDeps) {
    this.#deps = deps;
  }

  /** The runs, up to the newest one in the log. Rejects once this is disposed of. */
  async get(): Promise<RecentCommands> {
    this.#idle?.[Symbol.dispose]();
    this.#idle = after(this.#deps.clock, IDLE_MS, () => this.forget());
    const asked = this.#held ??= this.#read();
    try {
      const held = await asked;
      if (this.#follow(held)) return held.recent;
    } catch (error) {
      if (this.#held === asked) this.forget();
      throw error;
    }
    this.forget();
    return (await (this.#held = this.#read())).recent;
  }

  /** Those of the commands that the history still holds: a deletion is followed at the next question. */
  existing(commands: readonly RecentCommand[]): readonly RecentCommand[] {
    const entries = this.#deps.history.search.entriesById(commands.map(({ id }) => id));
    if (entries.length === commands.length) return commands;
    this.forget();
    const ids = new Set(entries.map(({ id }) => id));
    return commands.filter(({ id }) => ids.has(id));
  }

  /** Gives the memory back; the next question reads anew. */
  forget(): void {
    this.#held = undefined;
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error("No more questions are answered"));
    this.#idle?.[Symbol.dispose]();
    this.forget();
  }

  // Whether that was possible.
  #follow(held: Held): boolean {
    const { log } = this.#deps.history;
    const head = log.headSeq();
    if (head < held.seq) return false; // another file
    while (held.seq < head) {
      const { entries, lastSeq } = log.entriesAfter(held.seq, {
        entries: PAGE,
        bytes: FURTHER_BYTES,
      });
      held.further += entries.length;
      if (held.further > MOST_FURTHER) return false;
      for (const entry of entries) held.recent.add(entry);
      held.seq = lastSeq ?? head;
    }
    return true;
  }

  // Whoever asks first is answered from the newest page: a key waits for that, but not for all.
  #read(): Promise<Held> {
    const { promise, resolve, reject } = Promise.withResolvers<Held>();
    const seq = this.#deps.history.log.headSeq();
    let held: Held | undefined;
    this.#readAll((runs) => {
      const recent = new RecentCommands(runs.toReversed());
      if (held === undefined) resolve(held = { recent, seq, further: 0 });
      else Object.assign(held, { recent, seq, further: 0 }); // what came since is followed again
    }).catch((error) => {
      reject(error);
      this.forget();
    });
    return promise;
  }

  // Calls `take` with the newest page, and with all.
  async #readAll(take: (newestFirst: readonly Entry[]) => void): Promise<void> {
    const { clock, history } = this.#deps;
    const runs: Entry[] = [];
    // Runs of one millisecond may be in two pages.
    const atEdge = new Set<EntryId>();
    let untilMs: number | undefined;
    while (runs.length < RECENT_RUNS) {
      const query = { limit: PAGE + atEdge.size, untilMs };
      const page = history.search.find(query).filter(({ id }) => !atEdge.has(id));
      const edge = page.at(-1)?.startedAtMs;
      const isFirst = runs.length === 0;
      runs.push(...page);
      if (isFirst) take(runs);
      if (edge === undefined) break;
      if (edge + 1 !== untilMs) atEdge.clear();
      for (const { id, startedAtMs } of page) if (startedAtMs === edge) atEdge.add(id);
      untilMs = edge + 1;
      await clock.sleep(0, this.#over.signal);
    }
    take(runs);
  }
}
