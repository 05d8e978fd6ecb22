/** Slices one after the other, each command once. */
import { joinBytes } from "../../base/bytes.ts";
import { TEXT_END } from "../../history/text_end.ts";
import type { Slice } from "../../search/index.ts";

/** All of `first`, then what `all` has besides. */
export function* inOrder(first: Iterable<Slice>, all: Iterable<Slice>): Generator<Slice> {
  const given: Slice[] = [];
  for (const slice of first) {
    given.push(slice);
    yield slice;
  }
  yield* besides(given, all);
}

/** What the slices of `all` have besides `given`. */
export function* besides(
  given: readonly Slice[],
  ...all: readonly Iterable<Slice>[]
): Generator<Slice> {
  const known = new Set<string>();
  for (const slice of given) eachText(slice, (text) => void known.add(text));
  for (const slices of all) for (const slice of slices) yield without(slice, known);
}

/**
 * The commands that are pinned before all others. `idOf` finds a run of one that the first slice does
 * not hold, for what is shown beside it; without one it stays where it is.
 */
export function* pinnedFirst(
  pinned: readonly string[],
  slices: Iterator<Slice>,
  idOf: (place: number) => number | undefined,
): Generator<Slice> {
  const all = { [Symbol.iterator]: () => slices };
  if (pinned.length === 0) return yield* all;
  const next = slices.next();
  const first: Slice = next.done ? NO_COMMANDS : next.value;
  const ids = new Map<string, number>();
  eachText(first, (text, i) => void ids.set(text, first.ids[i]!));
  const texts = pinned.map((command) => LATIN.decode(bytesOf(command)));
  const found = texts.map((text, place) => ids.get(text) ?? idOf(place));
  const there = pinned.filter((_, place) => found[place] !== undefined);
  yield {
    ids: found.filter((id) => id !== undefined),
    bytes: joinBytes(there.map((command) => bytesOf(`${command}${String.fromCharCode(TEXT_END)}`))),
  };
  const given = new Set(texts.filter((_, place) => found[place] !== undefined));
  yield without(first, given);
  if (!next.done) { for (const slice of all) yield without(slice, given); }
}

const NO_COMMANDS: Slice = { ids: [], bytes: new Uint8Array() };

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function without(slice: Slice, given: ReadonlySet<string>): Slice {
  const kept: number[] = [];
  const bytes = new Uint8Array(slice.bytes.length);
  let length = 0;
  eachText(slice, (text, i, start, end) => {
    if (given.has(text)) return;
    kept.push(slice.ids[i]!);
    bytes.set(slice.bytes.subarray(start, end + 1), length);
    length += end + 1 - start;
  });
  return { ids: kept, bytes: bytes.slice(0, length) };
}

// Latin 1: one letter a byte, which is all that comparing needs, and quick.
const LATIN = new TextDecoder("latin1");

function eachText(
  { ids, bytes }: Slice,
  visit: (text: string, i: number, start: number, end: number) => void,
): void {
  for (let i = 0, start = 0; i < ids.length; i++) {
    const end = bytes.indexOf(TEXT_END, start);
    visit(LATIN.decode(bytes.subarray(start, end)), i, start, end);
    start = end + 1;
  }
}
