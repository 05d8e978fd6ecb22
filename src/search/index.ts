/**
 * All distinct commands in memory, newest first: a few flat arrays for every slice that was loaded,
 * so that a scan of 385,000 commands touches no object.
 */
import { TEXT_END } from "../history/text_end.ts";
import { characterMask } from "./query.ts";
import { type Spellings, spellingsOf } from "./matching/spelling.ts";
import { MAX_LINES } from "./top_k.ts";

/** A run of distinct commands, newest first. */
export interface Slice {
  /** Names of the commands, whatever the source likes; safe integers. */
  readonly ids: ArrayLike<number>;
  /** The commands one after the other in UTF-8, each with {@linkcode TEXT_END} behind it. */
  readonly bytes: Uint8Array;
}

/** A slice in searchable form. */
export interface Segment {
  /** Number of its first line in the index. */
  readonly first: number;
  readonly count: number;
  readonly ids: ArrayLike<number>;
  /** All texts, each with {@linkcode TEXT_END} behind it. */
  readonly bytes: Uint8Array;
  /** Begin of each line in `bytes`, and one more; a line ends one byte before the next begins. */
  readonly offsets: Uint32Array;
  /** See {@linkcode characterMask}; of all spellings together. */
  readonly masks: Int32Array;
  /** The spellings of the lines, counted in the segment, that have more than one. */
  readonly spellings: ReadonlyMap<number, Spellings>;
}

const decoder = new TextDecoder();

/** Grows while it is searched; lines keep their numbers. */
export class CommandIndex {
  readonly #segments: Segment[] = [];
  readonly #removed = new Set<number>();
  #lines = 0;
  #complete = false;

  /** Segments so far, newest first. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Commands so far, without the removed ones. */
  get count(): number {
    return this.#lines - this.#removed.size;
  }

  /** Lines so far; their numbers are below this. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether everything was loaded. */
  get complete(): boolean {
    return this.#complete;
  }

  /**
   * Adds older commands.
   *
   * @throws {RangeError} if there are not as many texts as ids, or more lines than can be numbered
   */
  append(slice: Slice): void {
    const count = slice.ids.length;
    if (this.#lines + count > MAX_LINES) {
      throw new RangeError(`Cannot index more than ${MAX_LINES} commands`);
    }
    this.#segments.push(segmentOf(slice, this.#lines));
    this.#lines += count;
  }

  /** Says that nothing older will be added. */
  finish(): void {
    this.#complete = true;
  }

  /** Takes a line out of all further results. */
  remove(line: number): void {
    if (line >= 0 && line < this.#lines) this.#removed.add(line);
  }

  /** Whether the line was taken out. */
  isRemoved(line: number): boolean {
    return this.#removed.size > 0 && this.#removed.has(line);
  }

  /** The command of a line. */
  text(line: number): string {
    const segment = this.#segmentOf(line);
    const at = line - segment.first;
    return decoder.decode(
      segment.bytes.subarray(segment.offsets[at]!, segment.offsets[at + 1]! - 1),
    );
  }

  /** The id of a line's command. */
  id(line: number): number {
    const segment = this.#segmentOf(line);
    return segment.ids[line - segment.first]!;
  }

  #segmentOf(line: number): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#segments[middle]!.first <= line) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low];
    if (!segment || line < segment.first || line >= segment.first + segment.count) {
      throw new RangeError(`Cannot read line ${line} of an index of ${this.#lines}`);
    }
    return segment;
  }
}

function segmentOf({ bytes, ids }: Slice, first: number): Segment {
  const count = ids.length;
  const offsets = offsetsOf(bytes, count);
  const masks = new Int32Array(count);
  const spellings = new Map<number, Spellings>();
  for (let i = 0; i < count; i++) {
    const start = offsets[i]!;
    const end = offsets[i + 1]! - 1;
    masks[i] = characterMask(bytes, start, end);
    // The bit of all that is not ASCII is the sign.
    const spelt = masks[i]! < 0 ? spellingsOf(bytes.subarray(start, end)) : undefined;
    if (spelt === undefined) continue;
    spellings.set(i, spelt);
    for (const text of [spelt.composed, spelt.bare]) {
      masks[i]! |= characterMask(text, 0, text.length);
    }
  }
  return { first, count, ids, bytes, offsets, masks, spellings };
}

function offsetsOf(bytes: Uint8Array, count: number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  let texts = 0;
  for (let end = bytes.indexOf(TEXT_END); end >= 0; end = bytes.indexOf(TEXT_END, end + 1)) {
    offsets[++texts] = end + 1;
  }
  if (texts !== count || offsets[count] !== bytes.length) {
    throw new RangeError(`Cannot index ${texts} texts in ${bytes.length} bytes as ${count}`);
  }
  return offsets;
}
