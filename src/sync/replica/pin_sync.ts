/**
 * Pins on all devices: they stand beside the items, and go over the same control streams. Each side tells
 * the other what it has not told it yet, once both have the same items: a pin of a command that has no run
 * at the other side is left out there.
 */
import type { ControlFrame, Pinned, Pins } from "../../named/frames.ts";
import type { FrameStream } from "../ports.ts";
import type { Controls } from "./controls.ts";
import type { PinBook } from "./deps.ts";
import type { Standing } from "./standing.ts";

/** Most characters of commands in one frame. */
const FRAME_CHARS = 256 * 1024;
/** Most pins, and most ids of those taken away, of one frame. */
const FRAME_PINS = 1_000;
/** A longer command stays pinned on its device alone. */
const MOST_CHARS = 64 * 1024;
/** Ids told on one stream, to and fro: nobody pins that much, and beyond it nothing more is told or taken. */
const MOST_TOLD = 16_384;

const NO_PINS: PinBook = { ids: () => ({ on: [], off: [] }), some: () => [], take: () => {} };

/** Tells peers of pins, and takes in theirs. */
export class PinSync {
  readonly #book: PinBook;
  readonly #streams: Pick<Controls, "get" | "peers">;
  readonly #standing: Pick<Standing, "isEqual">;
  /** Ids that the other side of a stream knows: with a sign before those that were taken away. */
  readonly #known = new WeakMap<FrameStream<ControlFrame>, Set<string>>();

  /** The pins of one device; none if it keeps none. */
  constructor(
    book: PinBook | undefined,
    streams: Pick<Controls, "get" | "peers">,
    standing: Pick<Standing, "isEqual">,
  ) {
    this.#book = book ?? NO_PINS;
    this.#streams = streams;
    this.#standing = standing;
  }

  /** Tells every peer that has the same items what it does not know yet. */
  tellAll(): void {
    for (const peer of this.#streams.peers()) {
      if (this.#standing.isEqual(peer)) this.tell(peer);
    }
  }

  /** Tells a peer that has the same items what it does not know yet. */
  tell(peer: string): void {
    const stream = this.#streams.get(peer);
    const known = this.#knownBy(stream);
    const isSlow = (stream?.queued ?? 0) > FRAME_CHARS;
    if (stream === undefined || isSlow || known.size > MOST_TOLD) return;
    const { on, off } = this.#book.ids();
    const newOn = new Set(on.filter((id) => !known.has(id)));
    const newOff = off.filter((id) => !known.has(gone(id)));
    if (newOn.size === 0 && newOff.length === 0) return;
    const pins = newOn.size === 0 ? [] : this.#book.some(newOn);
    const short = pins.filter(({ command }) => command.length <= MOST_CHARS);
    for (const frame of framesOf(short, newOff)) stream.send(frame);
    for (const id of newOn) known.add(id);
    for (const id of newOff) known.add(gone(id));
  }

  /** Takes in what a peer has told, and passes it on. */
  take(peer: string, { on, off }: Pins): void {
    const known = this.#knownBy(this.#streams.get(peer));
    if (known.size > MOST_TOLD) return;
    this.#book.take({ on, off });
    for (const { id } of on) known.add(id);
    for (const id of off) known.add(gone(id));
    this.tellAll();
  }

  #knownBy(stream: FrameStream<ControlFrame> | undefined): Set<string> {
    const known = stream && this.#known.get(stream) || new Set<string>();
    if (stream !== undefined) this.#known.set(stream, known);
    return known;
  }
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

function* inFrames(pins: readonly Pinned[]): Generator<readonly Pinned[]> {
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
