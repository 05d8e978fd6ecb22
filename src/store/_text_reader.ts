/** The texts of runs, in bytes. */
import type { Database } from "./_database.ts";
import { type TextBlock, textBlocks } from "./_texts.ts";
import type { Run } from "./_walk.ts";

/** Texts taken from their rows before all blocks are read, which costs 20 ms at 30 MB of text. */
const FROM_ROWS = 1000;
const ENCODER = new TextEncoder();
const NONE = new Uint8Array(0);

/** For one reader of many runs: the first few come quickly, the rest cheaply. */
export class TextReader {
  readonly #db: Database;
  readonly #own: ReadonlyMap<string, number>;
  readonly #ownTexts = new Map<number, Uint8Array>();
  #blocks: readonly TextBlock[] | undefined;
  #given = 0;

  /** `own` are the texts that the reader has numbered itself; it may grow. */
  constructor(db: Database, own: ReadonlyMap<string, number>) {
    this.#db = db;
    this.#own = own;
  }

  /** UTF-8 of the command of each run; empty if it was deleted meanwhile. */
  bytesOf(runs: readonly Run[]): Uint8Array[] {
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
      JSON.stringify(runs.map((run) => run.seq)),
    );
    const texts = new Map(rows.map(([seq, text]) => [seq, String(text)]));
    return runs.map(({ seq }) => ENCODER.encode(texts.get(seq)));
  }

  #fromBlocks(id: number): Uint8Array {
    const blocks = this.#blocks ??= [...textBlocks(this.#db)];
    // Descending by number.
    let low = 0;
    for (let high = blocks.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (blocks[middle]!.firstId <= id) high = middle;
      else low = middle + 1;
    }
    const block = blocks[low];
    const at = id - (block?.firstId ?? Infinity);
    if (block === undefined || !(at >= 0 && at < block.ends.length)) return NONE;
    return block.bytes.subarray(at === 0 ? 0 : block.ends[at - 1], block.ends[at]);
  }
}
