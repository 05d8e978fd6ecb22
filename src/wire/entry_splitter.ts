/**
 * Takes the JSON of a push apart as it comes: its entries one by one, and the frame that stands around
 * them. A push of 64 MiB would otherwise stand in memory four times: as bytes, text, objects, entries.
 */
import { ByteCollector } from "../base/byte_collector.ts";
import { checkJsonCost } from "./json_cost.ts";
import { refuseAbove, WireError } from "./wire_error.ts";

/** The largest entry alone: 1,048,576 characters of 6 bytes each, and its other fields. */
const MOST_ENTRY_BYTES = 12 * 1024 * 1024;
/** Room for fields beside the entries that later programs add. */
const MOST_FRAME_BYTES = 64 * 1024;
/** Of 150 bytes at least, 64 MiB hold fewer. */
const MOST_ENTRIES = 500_000;
const DEEPEST = 64;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** What stands before the entries. A name that is written with escapes is another field. */
const BEFORE_ENTRIES = /[{,]\s*"entries"\s*:\s*$/;
const LONGEST_BEFORE = 256;

// A byte order mark is an error in JSON, so it must not be eaten here.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes in, parsed entries out; what they hold is for others to check. */
export class EntrySplitter {
  readonly #frame = new ByteCollector();
  readonly #entry = new ByteCollector();
  #values: unknown[] = [];
  #bytes = 0;
  #count = 0;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #inEntries = false;

  /** Bytes that it keeps: of what is not complete, and of what waits to be taken. */
  get held(): number {
    return this.#frame.length + this.#entry.length + this.#bytes;
  }

  /** JSON bytes of the entries that wait to be taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries that wait to be taken. */
  get waiting(): number {
    return this.#values.length;
  }

  /** The entries that are complete, and forgets them. */
  take(): readonly unknown[] {
    const values = this.#values;
    this.#values = [];
    this.#bytes = 0;
    return values;
  }

  /** Takes the next piece. @throws {WireError} `too-large` or `invalid` */
  feed(chunk: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#inString) this.#inText(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
        if (++this.#depth > DEEPEST) throw broken("it is too deep");
        if (byte !== OPEN_ARRAY || this.#depth !== 2 || this.#inEntries) continue;
        this.#keep(chunk.subarray(from, at));
        from = at;
        this.#inEntries = this.#isBeforeEntries();
        if (!this.#inEntries) continue;
        this.#keep(chunk.subarray(at, at + 1), true);
        from = at + 1;
      } else if (byte === COMMA && this.#inEntries && this.#depth === 2) {
        this.#keep(chunk.subarray(from, at));
        this.#entryEnds(false);
        from = at + 1;
      } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
        if (this.#inEntries && this.#depth === 2) {
          this.#keep(chunk.subarray(from, at));
          this.#entryEnds(true);
          this.#inEntries = false;
          from = at;
        }
        this.#depth--;
      }
    }
    this.#keep(chunk.subarray(from));
  }

  /** All pieces were fed. @throws {WireError} `invalid`, if what stands around the entries is no push */
  end(): void {
    const frame = parse(this.#frame.view()) as { readonly entries?: unknown } | null;
    if (typeof frame !== "object" || frame === null || Array.isArray(frame)) {
      throw broken("expected a JSON object");
    }
    if (!Array.isArray(frame.entries)) throw broken("'entries' is not an array");
  }

  #inText(byte: number | undefined): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #keep(bytes: Uint8Array, isFrame = !this.#inEntries): void {
    if (bytes.length === 0) return;
    const [collector, most, what] = isFrame
      ? [this.#frame, MOST_FRAME_BYTES, "what is beside the entries"] as const
      : [this.#entry, MOST_ENTRY_BYTES, "entry"] as const;
    refuseAbove(most, collector.length + bytes.length, what);
    collector.push(bytes);
  }

  #isBeforeEntries(): boolean {
    const tail = this.#frame.view().subarray(-LONGEST_BEFORE);
    return BEFORE_ENTRIES.test(new TextDecoder().decode(tail));
  }

  #entryEnds(isLast: boolean): void {
    const json = this.#entry.view();
    this.#entry.clear();
    if (isLast && this.#count === 0 && isBlank(json)) return;
    if (++this.#count > MOST_ENTRIES) {
      throw new WireError("too-large", "message too large: entries");
    }
    checkJsonCost(json);
    this.#values.push(parse(json));
    this.#bytes += json.length;
  }
}

function isBlank(json: Uint8Array): boolean {
  return json.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(json));
  } catch {
    // The parser's own message quotes the text, which may be a command.
    throw broken("it is not one JSON value in UTF-8");
  }
}

function broken(what: string): WireError {
  return new WireError("invalid", `Cannot read the message: ${what}`);
}
