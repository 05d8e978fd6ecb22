/**
 * Pins on all devices: they stand beside the items, and go over the same control streams. Each side tells
 * the other, behind its hello and then at once, what neither has told on this stream. What a peer has pinned
 * may be here before the command is: that waits until both have the same items.
 */
import type { Note } from "../../named/effects.ts";
import type { ControlFrame, Pinned, Pins } from "../../named/frames.ts";
import type { FrameStream } from "../ports.ts";
import type { Controls } from "./controls.ts";
import type { PinBook } from "./deps.ts";

/** Most characters of commands in one frame, and of those that wait for their commands. */
const FRAME_CHARS = 256 * 1024;
/** Most pins, and most ids of those taken away, of one frame. */
const FRAME_PINS = 1_000;
/** A longer command stays pinned on its device alone. */
const MOST_CHARS = 64 * 1024;
/** Ids told on one stream, to and fro: nobody pins that much, and beyond it nothing more is told or taken. */
const MOST_TOLD = 16_384;

const NO_PINS: PinBook = { ids: () => ({ on: [], off: [] }), some: () => [], take: () => [] };

/** What there is to know of the other side of a stream. */
interface Side {
  /** Ids that it knows: with a sign before those that were taken away. */
  readonly known: Set<string>;
  /** Pins of it whose commands are not here. */
  waiting: readonly Pinned[];
}

/** Tells peers of pins, and takes in theirs. */
export class PinSync {
  readonly #book: PinBook;
  readonly #streams: Pick<Controls, "get" | "peers">;
  /** Those that have said hello. */
  readonly #sides = new WeakMap<FrameStream<ControlFrame>, Side>();

  /** The pins of one device; none if it keeps none. */
  constructor(book: PinBook | undefined, streams: Pick<Controls, "get" | "peers">) {
    this.#book = book ?? NO_PINS;
    this.#streams = streams;
  }

  /** Takes in what has happened with a peer. */
  note(note: Note): void {
    const stream = this.#streams.get(note.peer);
    if (stream === undefined) return;
    if (note.type === "agreed") {
      if (!this.#sides.has(stream)) this.#sides.set(stream, { known: new Set(), waiting: [] });
      this.#tell(stream, this.#book.ids());
    } else if (note.type === "equal") {
      this.#tryAgain(stream);
    }
  }

  /** Tells all peers what they do not know yet. */
  tellAll(): void {
    const ids = this.#book.ids();
    for (const peer of this.#streams.peers()) {
      const stream = this.#streams.get(peer);
      if (stream !== undefined) this.#tell(stream, ids);
    }
  }

  /** Takes in what a peer has told, and passes it on. */
  take(peer: string, { on, off }: Pins): void {
    const stream = this.#streams.get(peer);
    const side = stream && this.#sides.get(stream);
    if (side === undefined || side.known.size > MOST_TOLD) return;
    const left = this.#book.take({ on, off });
    for (const { id } of on) side.known.add(id);
    for (const id of off) side.known.add(gone(id));
    side.waiting = firstOf([...side.waiting, ...left]);
    this.tellAll();
  }

  /** Once more for what waits: what is still not here was deleted, or is too old to be kept here. */
  #tryAgain(stream: FrameStream<ControlFrame>): void {
    const side = this.#sides.get(stream);
    if (side === undefined || side.waiting.length === 0) return;
    this.#book.take({ on: side.waiting, off: [] });
    side.waiting = [];
    this.tellAll();
  }

  #tell(stream: FrameStream<ControlFrame>, { on, off }: ReturnType<PinBook["ids"]>): void {
    const known = this.#sides.get(stream)?.known;
    const isSlow = stream.queued > FRAME_CHARS;
    if (known === undefined || isSlow || known.size > MOST_TOLD) return;
    const newOn = new Set(on.filter((id) => !known.has(id)));
    const newOff = off.filter((id) => !known.has(gone(id)));
    if (newOn.size === 0 && newOff.length === 0) return;
    const pins = newOn.size === 0 ? [] : this.#book.some(newOn);
    const short = pins.filter(({ command }) => command.length <= MOST_CHARS);
    for (const frame of framesOf(short, newOff)) stream.send(frame);
    for (const id of newOn) known.add(id);
    for (const id of newOff) known.add(gone(id));
  }
}

/** As many as may wait. */
function firstOf(pins: readonly Pinned[]): readonly Pinned[] {
  return inFrames(pins).next().value ?? [];
}

function gone(id: string): string {
  return `-${id}`;
}

function* framesOf(pins: readonly Pinned[], off: readonly string[]): Generator<Pins> {
  for (let at = 0; at < off.length; at += FRAME_PINS) {
    yield { type: "pins", on: [], off: off.slice(at, at + FRAME_PINS) };
  }
  for (const on of inFrames(pins)) yield { type: "pins", on, off: [] };
}

function* inFrames(pins: readonly Pinned[]): Generator<readonly Pinned[], undefined> {
  let [on, chars]: [Pinned[], number] = [[], 0];
  for (const pin of pins) {
    if (on.length === FRAME_PINS || on.length > 0 && chars + pin.command.length > FRAME_CHARS) {
      yield on;
      [on, chars] = [[], 0];
    }
    on.push(pin);
    chars += pin.command.length;
  }
  if (on.length > 0) yield on;
}
