/**
 * The distinct command texts, numbered from 0 in the order in which they were first seen.
 *
 * They lie packed in blocks: bytes one after the other, where each ends, and a hash of each. Finding
 * the number of a text goes through all hashes, 8 bytes a text (about 2 ms for 650,000), for a whole
 * batch of texts at once; an index in SQLite would take as much room as the texts again, and each new
 * text would change another of its pages.
 */
import { decode } from "../../base/bytes.ts";
import type { Database } from "../file/database.ts";
import type { Row } from "../file/sqlite_rows.ts";
import { damagedIndex, seal, unseal } from "./seal.ts";
import { words } from "./words.ts";

/** One block of texts. */
export interface TextBlock {
  /** Number of the first text. */
  readonly firstId: number;
  /** Two words a text; both 0 for one that was removed. */
  readonly hashes: Uint32Array<ArrayBuffer>;
  /** Where each text ends in `bytes`. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A full block: some 200 KB, read in 0.1 ms. */
const BLOCK_TEXTS = 4096;
/** A block of long texts ends earlier, so that a rewrite stays cheap. */
const BLOCK_BYTES = 1 << 20;
const COLUMNS = "first_id, hashes, ends, bytes";
/** Texts of a block in SQL: two words of hash each, and in the end one of the checksum. */
export const TEXTS_IN_BLOCK = "octet_length(hashes) / 8";

/** The number that no text has: one more than the highest given out so far. */
export function nextTextId(db: Database): number {
  const row = db.row(
    `SELECT first_id, ${TEXTS_IN_BLOCK} FROM rr_text ORDER BY first_id DESC LIMIT 1`,
  );
  return row === undefined ? 0 : (row[0] as number) + (row[1] as number);
}

/** Numbers of `texts`, which must be distinct; -1 for those that are not stored. */
export function findTexts(db: Database, texts: readonly string[]): Float64Array<ArrayBuffer> {
  const ids = new Float64Array(texts.length).fill(-1);
  if (texts.length === 0) return ids;
  const salt = saltOf(db);
  const hashes = texts.map((text) => hashOf(text, salt));
  const look = texts.length <= FEW_TEXTS ? lookForEach(hashes) : lookForAll(hashes);
  for (const [firstId, blob] of db.rows("SELECT first_id, hashes FROM rr_text")) {
    look(hashesOf(db, blob), (i, at) => ids[i] = (firstId as number) + at);
  }
  return ids;
}

type Hash = readonly [low: number, high: number];
/** Goes through the hashes of a block, and tells which of the wanted ones is the how manieth in it. */
type Look = (hashes: Uint32Array, found: (wanted: number, at: number) => void) => void;

/**
 * So few are looked for one after the other: the array's own search has nothing to be compiled, which in
 * a process that has just started takes longer than to go through the hashes of a million runs.
 */
const FEW_TEXTS = 2;

function lookForEach(wanted: readonly Hash[]): Look {
  return (hashes, found) =>
    wanted.forEach(([low, high], i) => {
      for (let at = hashes.indexOf(low); at >= 0; at = hashes.indexOf(low, at + 1)) {
        if (at % 2 === 0 && hashes[at + 1] === high) found(i, at / 2);
      }
    });
}

function lookForAll(all: readonly Hash[]): Look {
  const wanted = new Map<number, number>();
  // Nearly all stored hashes end at this table of bits, which stays in the processor's cache.
  const maybe = new Uint8Array(1 << 16);
  all.forEach(([low, high], i) => {
    wanted.set(keyOf(low, high), i);
    maybe[low & 0xffff] = 1;
  });
  return (hashes, found) => {
    for (let at = 0; at < hashes.length; at += 2) {
      if (maybe[hashes[at]! & 0xffff] === 0) continue;
      const i = wanted.get(keyOf(hashes[at]!, hashes[at + 1]!));
      if (i !== undefined) found(i, at / 2);
    }
  };
}

/** Stores new distinct texts; the number of the first, the others follow it. */
export function addTexts(db: Database, texts: readonly string[]): number {
  const firstId = nextTextId(db);
  const salt = saltOf(db);
  for (const block of packBlocks(firstId, texts, salt)) {
    let merged = block;
    // As with the chunks of runs: a text is rewritten twelve times at most on its way to a full block.
    for (;;) {
      const row = db.row(`SELECT ${COLUMNS} FROM rr_text ORDER BY first_id DESC LIMIT 1`);
      const before = row === undefined ? undefined : toBlock(db, row);
      if (before === undefined || before.ends.length > merged.ends.length || !fit(before, merged)) {
        break;
      }
      db.run("DELETE FROM rr_text WHERE first_id = ?", before.firstId);
      merged = join(before, merged);
    }
    storeBlock(db, merged);
  }
  return firstId;
}

/** All blocks, the one with the latest texts first. */
export function* textBlocks(db: Database): Generator<TextBlock, void, undefined> {
  const firstIds = db.rows("SELECT first_id FROM rr_text ORDER BY first_id DESC");
  for (const [firstId] of firstIds) {
    const row = db.row(`SELECT ${COLUMNS} FROM rr_text WHERE first_id = ?`, firstId as number);
    if (row !== undefined) yield toBlock(db, row);
  }
}

/** The texts of these numbers, as far as they are there. */
export function textsByIds(db: Database, ids: Iterable<number>): Map<number, string> {
  const texts = new Map<number, string>();
  let block: TextBlock | undefined;
  for (const id of [...ids].sort((a, b) => a - b)) {
    if (block === undefined || id >= block.firstId + block.ends.length) {
      const row = db.row(
        `SELECT ${COLUMNS} FROM rr_text WHERE first_id <= ? ORDER BY first_id DESC LIMIT 1`,
        id,
      );
      if (row === undefined) continue;
      block = toBlock(db, row);
    }
    const at = id - block.firstId;
    if (at >= block.ends.length) continue;
    texts.set(id, decode(block.bytes.subarray(block.ends[at - 1] ?? 0, block.ends[at])));
  }
  return texts;
}

/**
 * Blanks the texts whose number is not set in `used`, in at most `mostBlocks` blocks; whether all are
 * done. Numbers are never given out again.
 */
export function removeTexts(db: Database, used: Uint8Array, mostBlocks: number): boolean {
  let rewritten = 0;
  for (const block of textBlocks(db)) {
    const { firstId, hashes, ends, bytes } = block;
    const isDead = (i: number): boolean =>
      used[firstId + i] !== 1 && (hashes[2 * i] !== 0 || hashes[2 * i + 1] !== 0);
    if (!ends.some((_, i) => isDead(i))) continue;
    if (rewritten++ === mostBlocks) return false;
    const kept = { ...block, hashes: hashes.slice(), ends: ends.slice(), bytes: bytes.slice() };
    let to = 0;
    ends.forEach((end, i) => {
      const start = i === 0 ? 0 : ends[i - 1]!;
      if (isDead(i)) kept.hashes.fill(0, 2 * i, 2 * i + 2);
      else {
        kept.bytes.set(bytes.subarray(start, end), to);
        to += end - start;
      }
      kept.ends[i] = to;
    });
    db.run("DELETE FROM rr_text WHERE first_id = ?", firstId);
    storeBlock(db, { ...kept, bytes: kept.bytes.slice(0, to) });
  }
  return true;
}

function packBlocks(firstId: number, texts: readonly string[], salt: number): TextBlock[] {
  const blocks: TextBlock[] = [];
  for (let from = 0; from < texts.length;) {
    const encoded: Uint8Array[] = [];
    let size = 0;
    while (
      from + encoded.length < texts.length && encoded.length < BLOCK_TEXTS && size < BLOCK_BYTES
    ) {
      const bytes = UTF8.encode(texts[from + encoded.length]!);
      size += bytes.length;
      encoded.push(bytes);
    }
    const block = {
      firstId: firstId + from,
      hashes: new Uint32Array(2 * encoded.length),
      ends: new Uint32Array(encoded.length),
      bytes: new Uint8Array(size),
    };
    let at = 0;
    encoded.forEach((bytes, i) => {
      block.bytes.set(bytes, at);
      block.ends[i] = at += bytes.length;
      block.hashes.set(hashOf(texts[from + i]!, salt), 2 * i);
    });
    blocks.push(block);
    from += encoded.length;
  }
  return blocks;
}

function fit(a: TextBlock, b: TextBlock): boolean {
  return a.ends.length + b.ends.length <= BLOCK_TEXTS &&
    a.bytes.length + b.bytes.length <= BLOCK_BYTES;
}

function join(a: TextBlock, b: TextBlock): TextBlock {
  const hashes = new Uint32Array(a.hashes.length + b.hashes.length);
  hashes.set(a.hashes);
  hashes.set(b.hashes, a.hashes.length);
  const ends = new Uint32Array(a.ends.length + b.ends.length);
  ends.set(a.ends);
  ends.set(b.ends.map((end) => end + a.bytes.length), a.ends.length);
  const bytes = new Uint8Array(a.bytes.length + b.bytes.length);
  bytes.set(a.bytes);
  bytes.set(b.bytes, a.bytes.length);
  return { firstId: a.firstId, hashes, ends, bytes };
}

function storeBlock(db: Database, block: TextBlock): void {
  const { firstId, hashes, ends, bytes } = block;
  db.run(
    `INSERT INTO rr_text (${COLUMNS}) VALUES (?, ?, ?, ?)`,
    firstId,
    seal(hashes),
    seal(ends, bytes),
    bytes,
  );
}

function toBlock(db: Database, row: Row): TextBlock {
  const hashes = hashesOf(db, row[1]);
  return { firstId: row[0] as number, hashes, ...textsOf(db, row[2], row[3], hashes.length / 2) };
}

/**
 * The texts of a block of so many.
 *
 * @throws {RrError} `database` if they are damaged
 */
export function textsOf(
  db: Database,
  ends: unknown,
  bytes: unknown,
  count: number,
): Pick<TextBlock, "ends" | "bytes"> {
  if (!(bytes instanceof Uint8Array)) throw damagedIndex(db);
  return {
    ends: unseal(db, words(ends), count, bytes),
    bytes: bytes as Uint8Array<ArrayBuffer>,
  };
}

function hashesOf(db: Database, blob: unknown): Uint32Array<ArrayBuffer> {
  const sealed = words(blob);
  return unseal(db, sealed, sealed.length & ~1);
}

/** Forgets all texts. Their numbers are not given out again: somebody may still read by them. */
export function forgetTexts(db: Database): void {
  const next = nextTextId(db);
  db.exec("DELETE FROM rr_text");
  const none = new Uint32Array(0);
  storeBlock(db, { firstId: next, hashes: none, ends: none, bytes: new Uint8Array(0) });
}

const UTF8 = new TextEncoder();

// A secret number of each database, so that nobody can send two texts that are taken for one.
function saltOf(db: Database): number {
  return Number(db.row("SELECT value FROM rr_meta WHERE key = 'hash_salt'")?.[0] ?? 0);
}

function keyOf(low: number, high: number): number {
  return low + (high & 0x1fffff) * 4294967296;
}

// Two multiplicative hashes side by side, mixed into each other at the end: 64 bits.
function hashOf(text: string, salt: number): [low: number, high: number] {
  let a = 0xdeadbeef ^ salt, b = 0x41c6ce57 ^ Math.imul(salt, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  // 0, 0 marks a removed text.
  return [a >>> 0, (b >>> 0) || 1];
}
