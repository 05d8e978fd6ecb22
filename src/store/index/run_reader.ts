/** Reads the runs of the log block by block, those with the newest commands first. */
import {
  CHUNK_RUNS,
  type MayHold,
  newestRuns,
  readSpan,
  type Span,
  spanMayHold,
  storedSpans,
} from "./chunks.ts";
import type { Columns } from "./columns.ts";
import type { Database } from "../file/database.ts";
import { type OwnNumbers, readingDictionary } from "./dictionary.ts";
import { INDEX_STALE, INDEXED_SEQ, type Meta } from "../file/meta.ts";
import type { RunFilter } from "../../history/run_filter.ts";
import { type CompiledFilter, compileFilter } from "./run_filter.ts";

/** Some runs. */
export interface Block {
  readonly columns: Columns;
  /** No run of this or any later block is newer. */
  readonly newestMs: number;
}

/**
 * Blocks of rows not indexed yet that are read before anything is given out, so that the order is
 * exact: 40 ms. If there are more (a database just adopted), the order of intake stands in for time.
 */
const EXACT_BLOCKS = 5;

/** One reading of the whole log. What is added meanwhile is not seen. */
export class RunReader {
  /** Numbers of what is not indexed yet. */
  readonly own: OwnNumbers;
  readonly #db: Database;
  readonly #dictionary: ReturnType<typeof readingDictionary>;
  readonly #filter: RunFilter;
  readonly #test: CompiledFilter;
  readonly #spans: readonly Span[];
  readonly #indexedSeq: number;
  readonly #headSeq: number;

  /** A reader for what `filter` wants; it sees what `other` sees, by the same numbers. */
  constructor(db: Database, meta: Meta, filter: RunFilter, other?: RunReader) {
    const dictionary = other === undefined ? readingDictionary(db) : other.#dictionary;
    this.#db = db;
    this.#dictionary = dictionary;
    this.own = dictionary.own;
    this.#filter = filter;
    this.#test = compileFilter(db, filter, dictionary.own);
    if (other !== undefined) {
      this.#spans = other.#spans;
      this.#indexedSeq = other.#indexedSeq;
      this.#headSeq = other.#headSeq;
      return;
    }
    const stale = meta.get(INDEX_STALE) !== undefined;
    this.#spans = stale ? [] : storedSpans(db);
    this.#indexedSeq = stale ? 0 : meta.integer(INDEXED_SEQ) ?? 0;
    this.#headSeq = db.integer("SELECT max(ingest_seq) FROM entries");
  }

  /** Whether the filter wants every run. */
  get wantsAll(): boolean {
    return this.#test.wants === undefined;
  }

  /** Whether the filter wants the run at `i`. */
  wants(columns: Columns, i: number): boolean {
    const { wants } = this.#test;
    return wants === undefined || wants(columns, i);
  }

  /** All runs that the filter, and `wanted` by their command, may want. */
  *blocks(wanted?: (command: number) => boolean): Generator<Block, void, undefined> {
    yield* this.#unindexed();
    const mayHold = this.#peek(wanted);
    const { sinceMs = -Infinity, untilMs = Infinity } = this.#filter;
    for (const span of this.#spans) {
      if (span.newestMs < sinceMs || span.oldestMs >= untilMs) continue;
      if (mayHold !== undefined && !spanMayHold(this.#db, span, mayHold)) continue;
      yield { columns: readSpan(this.#db, span), newestMs: span.newestMs };
    }
  }

  // Most chunks hold nothing of a rare folder, session or command; a third of their bytes tells.
  #peek(wanted: ((command: number) => boolean) | undefined): MayHold | undefined {
    const { place, session } = this.#test;
    if (place === undefined && session === undefined && wanted === undefined) return undefined;
    return (places, sessions, commands) => {
      for (let i = 0; i < places.length; i++) {
        if (place !== undefined && !place(places[i]!)) continue;
        if (session !== undefined && !session(sessions[i]!)) continue;
        if (wanted === undefined || wanted(commands[i]!)) return true;
      }
      return false;
    };
  }

  *#unindexed(): Generator<Block, void, undefined> {
    let until = this.#headSeq;
    for (let read = 1; until > this.#indexedSeq; read++) {
      const columns = newestRuns(this.#db, this.#indexedSeq, until, CHUNK_RUNS, this.#dictionary);
      if (columns.seqs.length === 0) return;
      const newestMs = read <= EXACT_BLOCKS
        ? Infinity
        : columns.startedAtMs.reduce((a, b) => Math.max(a, b));
      yield { columns, newestMs };
      until = columns.seqs[0]! - 1;
    }
  }
}
