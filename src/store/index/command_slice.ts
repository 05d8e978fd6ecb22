/** Commands of a history in one piece, as the index in memory takes them in. */
import { TEXT_END } from "../../history/text_end.ts";
import type { TextReader } from "./text_reader.ts";
import type { Run } from "./walk.ts";

/** Distinct commands, newest first, in the form that a search in memory wants. */
export interface CommandSlice {
  /** The texts in UTF-8, each followed by 0x1e; that byte inside a text became a space. */
  readonly texts: Uint8Array<ArrayBuffer>;
  /** The newest run of each, for {@linkcode HistorySearch.entriesBySeq}. */
  readonly seqs: Float64Array<ArrayBuffer>;
  /** When that was, in milliseconds. */
  readonly startedAtMs: Float64Array<ArrayBuffer>;
}

/** The commands of these runs, in their order: in one slice, unless they are large. */
export function* slicesOf(runs: readonly Run[], texts: TextReader): Generator<CommandSlice> {
  for (let left = runs; left.length > 0;) {
    const count = texts.fitting(left);
    yield sliceOf(left.slice(0, count), texts);
    left = left.slice(count);
  }
}

function sliceOf(runs: readonly Run[], texts: TextReader): CommandSlice {
  return {
    texts: joined(texts.bytesOf(runs)),
    seqs: Float64Array.from(runs, (run) => run.seq),
    startedAtMs: Float64Array.from(runs, (run) => run.startedAtMs),
  };
}

const SPACE = 0x20;

function joined(texts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(texts.reduce((sum, text) => sum + text.length + 1, 0));
  let at = 0;
  for (const text of texts) {
    out.set(text, at);
    // Not byte by byte, which takes a process that has just started some milliseconds.
    for (let i = text.indexOf(TEXT_END); i >= 0; i = text.indexOf(TEXT_END, i + 1)) {
      out[at + i] = SPACE;
    }
    at += text.length;
    out[at++] = TEXT_END;
  }
  return out;
}
