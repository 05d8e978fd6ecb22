/** Frames of protocol 2.0.0 to bytes and back. `../PROTOCOL.md` says what each field means. */
import { MAX_LABEL_CHARS } from "../../history/check_entry.ts";
import { EMPTY, NAME_CHARS } from "../../named/digest.ts";
import type {
  Batch,
  ControlFrame,
  End,
  ExchangeFrame,
  Frame,
  Hello,
  Ids,
  Live,
  Refusal,
  Sync,
  Tick,
} from "../../named/frames.ts";
import { NO_FLOOR } from "../../named/item.ts";
import { WireError } from "../wire_error.ts";
import {
  decodeBuckets,
  decodeMarks,
  decodeStates,
  encodeBuckets,
  encodeMarks,
  encodeStates,
  MOST_MARKS,
} from "./buckets.ts";
import { Fields } from "./fields.ts";
import { BATCH_TYPE, LateFrame, packFrame, PINS_TYPE, type RawFrame } from "./frame.ts";
import { decodeItems, encodeItems } from "./items.ts";
import { decodePins, encodePins } from "./pins.ts";

const TYPES = {
  hello: 0x01,
  tick: 0x02,
  live: 0x03,
  bye: 0x04,
  sync: 0x10,
  need: 0x11,
  ids: 0x12,
  want: 0x13,
  batch: BATCH_TYPE,
  end: 0x15,
  pins: PINS_TYPE,
} as const satisfies Record<Frame["type"], number>;

const NAME = /^[A-Za-z0-9_-]{22}$/;
const REFUSALS: readonly Refusal[] = ["nobase", "floor", "busy", "invalid"];
/** Names in a hello, or told when a base is not known: all that a device keeps. */
const MOST_NAMES = 256;
const MOST_COVERED = 1_024;
const LAST_WEEK = 500_000;
/** Program and version, an error, a code. */
const MOST_CHARS = 256;
const MOST_LEVEL = 2;

/**
 * The bytes of a frame.
 *
 * @throws {WireError} `too-large`
 */
export function encodeFrame(frame: Frame): Uint8Array {
  return packFrame(TYPES[frame.type], payloadOf(frame));
}

/**
 * The bytes of one or several frames that say the same: items that do not fit into one are spread over
 * several.
 *
 * @throws {WireError} `too-large`, if a single item is
 */
export function encodeFrames(frame: Frame): Uint8Array[] {
  try {
    return [encodeFrame(frame)];
  } catch (error) {
    const isSplit = (frame.type === "batch" || frame.type === "live") && frame.items.length > 1;
    if (!isSplit || !(error instanceof WireError) || error.code !== "too-large") throw error;
    const half = frame.items.length >> 1;
    const parts = [frame.items.slice(0, half), frame.items.slice(half)];
    return parts.flatMap((items) => encodeFrames({ ...frame, items }));
  }
}

function payloadOf(frame: Frame): unknown {
  switch (frame.type) {
    case "hello":
      return {
        v: "2.0.0",
        store: frame.store,
        f: frame.floor,
        bases: frame.bases,
        hash: frame.hash,
        user: frame.user,
        app: frame.app,
        device: frame.device,
      };
    case "tick":
      return { ...stateOf(frame), a: frame.ack, c: frame.cost || undefined };
    case "live":
      return { ...stateOf(frame), cv: frame.cover, ...encodeItems(frame.items) };
    case "bye":
      return { code: frame.code, text: frame.text };
    case "pins":
      return encodePins(frame);
    case "sync":
      return syncPayload(frame);
    case "need":
      return encodeBuckets(frame.buckets);
    case "ids":
      return { ...encodeMarks(frame.marks), wide: isWide(frame) || undefined, last: frame.last };
    case "want":
      return { ...encodeBuckets(frame.buckets), i: frame.places };
    case "batch":
      return encodeItems(frame.items);
    case "end":
      return { n: frame.name, sent: frame.sent, err: frame.refusal, bases: frame.bases };
  }
}

function stateOf({ floor, name }: Pick<Live, "floor" | "name">): Record<string, unknown> {
  return { f: floor || undefined, n: name };
}

function syncPayload({ floor, current, base, level, buckets, marks }: Sync): unknown {
  return {
    f: floor || undefined,
    n: current,
    base,
    lvl: level || undefined,
    ...(marks !== undefined ? { ids: 1, ...encodeMarks(marks) } : encodeStates(buckets ?? [])),
  };
}

function isWide({ marks }: Ids): boolean {
  return marks.some((bucket) => (bucket.marks[0]?.length ?? 0) > 16);
}

/**
 * The frame of a control stream; `undefined` for a type that is not known.
 *
 * @throws {WireError} `invalid`
 */
export function decodeControl({ type, value }: RawFrame): ControlFrame | undefined {
  switch (type) {
    case TYPES.hello:
      return decodeHello(new Fields(value, "hello"));
    case TYPES.tick:
      return decodeTick(new Fields(value, "tick"));
    case TYPES.live:
      return decodeLive(new Fields(value, "live frame"));
    case TYPES.pins:
      return decodePins(new Fields(value, "list of pins"));
    case TYPES.bye: {
      const fields = new Fields(value, "bye");
      return {
        type: "bye",
        code: fields.text("code", MOST_CHARS),
        text: fields.text("text", MOST_CHARS),
      };
    }
    default:
      return isExchange(type) ? wrongStream() : undefined;
  }
}

/** Whether frames of the type belong to an exchange. */
export function isExchange(type: number): boolean {
  return type >= TYPES.sync && type <= TYPES.end;
}

function wrongStream(): never {
  throw new WireError("invalid", "Cannot read a frame: it belongs to the other kind of stream");
}

/**
 * The frame of an exchange stream; `undefined` for a type that is not known.
 *
 * @throws {WireError} `invalid`
 */
export function decodeExchange({ type, value }: RawFrame): ExchangeFrame | undefined {
  switch (type) {
    case TYPES.sync:
      return decodeSync(new Fields(value, "sync"));
    case TYPES.need:
      return { type: "need", buckets: decodeBuckets(new Fields(value, "need")) };
    case TYPES.ids: {
      const fields = new Fields(value, "list of marks");
      const marks = decodeMarks(fields, value.wide === true);
      return { type: "ids", marks, last: value.last === true };
    }
    case TYPES.want: {
      const fields = new Fields(value, "want");
      const places = fields.wholes("i", MOST_MARKS * 1_024, 0, Number.MAX_SAFE_INTEGER);
      return { type: "want", buckets: decodeBuckets(fields), places };
    }
    case TYPES.batch:
      return { type: "batch", items: decodeItems(new Fields(value, "batch")) };
    case TYPES.end:
      return decodeEnd(new Fields(value, "end"));
    default:
      return type > 0 && type < TYPES.sync ? wrongStream() : undefined;
  }
}

/**
 * The items of a batch from what `RawFrame.packed` was of it.
 *
 * @throws {WireError} `invalid` or `too-large`
 */
export function decodeBatch(packed: Uint8Array): Batch {
  return { type: "batch", items: decodeItems(new Fields(new LateFrame(packed).value, "batch")) };
}

function decodeHello(fields: Fields): Hello {
  const version = fields.text("v", MOST_CHARS);
  if (!/^2\./.test(version)) throw fields.fail("v");
  return {
    type: "hello",
    store: fields.text("store", MOST_CHARS),
    floor: fields.whole("f", NO_FLOOR, LAST_WEEK),
    bases: fields.texts("bases", MOST_NAMES, NAME_CHARS, NAME),
    hash: fields.text("hash", MOST_CHARS),
    user: fields.text("user", MAX_LABEL_CHARS),
    app: fields.text("app", MOST_CHARS),
    device: fields.has("device") ? fields.text("device", MAX_LABEL_CHARS) : undefined,
  };
}

function decodeTick(fields: Fields): Tick {
  return {
    type: "tick",
    floor: fields.whole("f", NO_FLOOR, LAST_WEEK, NO_FLOOR),
    name: fields.text("n", NAME_CHARS, NAME),
    ack: fields.has("a") ? fields.text("a", NAME_CHARS, NAME) : undefined,
    cost: fields.whole("c", 0, Number.MAX_SAFE_INTEGER, 0),
  };
}

function decodeLive(fields: Fields): Live {
  return {
    type: "live",
    floor: fields.whole("f", NO_FLOOR, LAST_WEEK, NO_FLOOR),
    name: fields.has("n") ? fields.text("n", NAME_CHARS, NAME) : undefined,
    cover: fields.wholes("cv", MOST_COVERED, 0, 2 ** 32 - 1),
    items: decodeItems(fields),
  };
}

function decodeSync(fields: Fields): Sync {
  const level = fields.whole("lvl", 0, MOST_LEVEL, 0);
  const compared = fields.has("ids")
    ? { marks: decodeMarks(fields, level > 1) }
    : { buckets: decodeStates(fields) };
  return {
    type: "sync",
    floor: fields.whole("f", NO_FLOOR, LAST_WEEK, NO_FLOOR),
    current: fields.text("n", NAME_CHARS, NAME),
    base: fields.text("base", NAME_CHARS, NAME),
    level,
    ...compared,
  };
}

function decodeEnd(fields: Fields): End {
  const refusal = fields.has("err") ? fields.text("err", MOST_CHARS) : undefined;
  if (refusal !== undefined && !REFUSALS.includes(refusal as Refusal)) {
    // A later version may have more of them; all mean that nothing was exchanged.
    return { type: "end", name: EMPTY, sent: 0, refusal: "invalid", bases: undefined };
  }
  return {
    type: "end",
    name: fields.text("n", NAME_CHARS, NAME),
    sent: fields.whole("sent", 0, Number.MAX_SAFE_INTEGER),
    refusal: refusal as Refusal | undefined,
    bases: fields.has("bases") ? fields.texts("bases", MOST_NAMES, NAME_CHARS, NAME) : undefined,
  };
}
