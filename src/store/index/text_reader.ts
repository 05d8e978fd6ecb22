/** The texts of runs, in bytes. */
import type { Database } from "../file/database.ts";
import { TEXTS_IN_BLOCK, textsOf } from "./texts.ts";
import type { Run } from "./walk.ts";

/** A block of texts that is partly given out. */
interface OpenBlock {
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Texts not given out yet. */
  left: number;
}

/** Texts taken from their rows before blocks are read, each of which holds thousands. */
const FROM_ROWS = 1000;
/** Of those at a time: what a picker shows first is read ahead by a daemon that is to stay small. */
const ROWS_BYTES = 262_144;
const ENCODER = new TextEncoder();
const NONE = new Uint8Array(0);

/**
 * For one reader of distinct runs: the first few come quickly, the rest cheaply.
 *
 * Blocks that were given out whole are freed at once, not when the collector gets to it: whoever asks
 * for all texts keeps them, and would otherwise pay for their memory twice.
 */
export class TextReader {
  readonly #db: Database;
  readonly #own: ReadonlyMap<string, number>;
  readonly #ownTexts = new Map<number, Uint8Array>();
  readonly #open = new Map<number, OpenBlock>();
  #empty: OpenBlock[] = [];
  #firstIds: readonly number[] | undefined;
  #given = 0;

  /** `own` are the texts that the reader has numbered itself; it may grow. */
  constructor(db: Database, own: ReadonlyMap<string, number>) {
    this.#db = db;
    this.#own = own;
  }

  /** How many of the next runs are to be asked for at once: one at least. */
  fitting(runs: readonly Run[]): number {
    if (this.#given + runs.length > FROM_ROWS) return runs.length;
    const rows = this.#db.rows(
      "SELECT ingest_seq, octet_length(cmd) FROM entries " +
        "WHERE ingest_seq IN (SELECT value FROM json_each(?))",
      seqsOf(runs),
    );
    const sizes = new Map(rows.map(([seq, bytes]) => [seq, Number(bytes)]));
    let bytes = 0;
    const tooMuch = runs.findIndex(({ seq }) => (bytes += sizes.get(seq) ?? 0) > ROWS_BYTES);
    return tooMuch < 0 ? runs.length : Math.max(1, tooMuch);
  }

  /**
   * UTF-8 of the command of each run; empty if it was deleted meanwhile. Good until the next call.
   * Each command may be asked for once.
   */
  bytesOf(runs: readonly Run[]): Uint8Array[] {
    this.#freeEmpty();
    this.#given += runs.length;
    if (this.#given <= FROM_ROWS) return this.#fromRows(runs);
    for (const [text, id] of this.#own) {
      if (!this.#ownTexts.has(id)) this.#ownTexts.set(id, ENCODER.encode(text));
    }
    return runs.map(({ command }) => this.#ownTexts.get(command) ?? this.#fromBlocks(command));
  }

  #fromRows(runs: readonly Run[]): Uint8Array[] {
    const rows = this.#db.rows(
      "SELECT ingest_seq, cmd FROM entries WHERE ingest_seq IN (SELECT value FROM json_each(?))",
      seqsOf(runs),
    );
    const texts = new Map(rows.map(([seq, text]) => [seq, String(text)]));
    return runs.map(({ seq }) => ENCODER.encode(texts.get(seq)));
  }

  /** Gives back the memory; nothing can be asked for any more. */
  close(): void {
    this.#empty.push(...this.#open.values());
    this.#open.clear();
    this.#freeEmpty();
  }

  #freeEmpty(): void {
    for (const { bytes } of this.#empty) bytes.buffer.transfer(0);
    this.#empty = [];
  }

  #fromBlocks(id: number): Uint8Array {
    const firstId = this.#firstIdBelow(id);
    const block = this.#open.get(firstId) ?? this.#read(firstId);
    const at = id - firstId;
    if (block === undefined || at < 0 || at >= block.ends.length) return NONE;
    if (--block.left === 0) {
      this.#open.delete(firstId);
      this.#empty.push(block);
    }
    return block.bytes.subarray(at === 0 ? 0 : block.ends[at - 1], block.ends[at]);
  }

  #read(firstId: number): OpenBlock | undefined {
    const row = this.#db.row(
      `SELECT ends, bytes, ${TEXTS_IN_BLOCK} FROM rr_text WHERE first_id = ?`,
      firstId,
    );
    if (row === undefined) return undefined;
    const texts = textsOf(this.#db, row[0], row[1], row[2] as number);
    const block = { ...texts, left: texts.ends.length };
    this.#open.set(firstId, block);
    return block;
  }

  #firstIdBelow(id: number): number {
    // Descending.
    const firstIds = this.#firstIds ??= this.#db.rows(
      "SELECT first_id FROM rr_text ORDER BY first_id DESC",
    ).map((row) => row[0] as number);
    let low = 0;
    for (let high = firstIds.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (firstIds[middle]! <= id) high = middle;
      else low = middle + 1;
    }
    return firstIds[low] ?? Infinity;
  }
}

function seqsOf(runs: readonly Run[]): string {
  return JSON.stringify(runs.map((run) => run.seq));
}
