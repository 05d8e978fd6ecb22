/** The keys that were typed and not acted on yet. */
import type { Clock } from "../../base/clock.ts";
import { commandOf, type Keymap } from "../../picker/keys/keymap.ts";
import type { Terminal } from "../../world/terminal.ts";
import { KeyDecoder, type TypedKey, withEscapesApart } from "./key_decoder.ts";

/** After a lone Esc: the rest of a sequence comes sooner than this, even over a slow line. */
const ESCAPE_MS = 40;
/**
 * A letter that comes so long after Esc is not the rest of alt and that letter, which a terminal sends at
 * once: it was typed behind it.
 */
const LETTER_MS = 5;
/** Bytes that begin the rest of a sequence whenever they come: `[`, `O`, `]`, `P` and Esc. */
const SEQUENCE_BYTES: readonly number[] = [0x5b, 0x4f, 0x5d, 0x50, 0x1b];

/** Reads a terminal, one piece at a time. */
export class TypedKeys {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #isBound: (name: string) => boolean;
  readonly #changed: () => void;
  readonly #decoder = new KeyDecoder();
  readonly #keys: TypedKey[] = [];
  #escape: AbortController | undefined;
  #readAt = -Infinity;

  /** `changed` is called when time alone made a key of what had come: Esc. */
  constructor(
    { terminal, clock }: { readonly terminal: Terminal; readonly clock: Clock },
    keymap: Keymap,
    changed: () => void,
  ) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#isBound = (name) => commandOf(keymap, name) !== undefined;
    this.#changed = changed;
  }

  /** How many there are. */
  get length(): number {
    return this.#keys.length;
  }

  /** The first of them. */
  get next(): TypedKey | undefined {
    return this.#keys[0];
  }

  /** Takes the first of them; there must be one. */
  take(): TypedKey {
    return this.#keys.shift()!;
  }

  /** Waits for the next piece; `false` once the terminal is closed. */
  async read(): Promise<boolean> {
    const bytes = await this.#terminal.read();
    this.#escape?.abort();
    if (bytes === undefined) return false;
    if (this.#isBehindEscape(bytes)) this.#keys.push(...this.#decoder.flush());
    this.#readAt = this.#clock.monotonic();
    this.#keys.push(...withEscapesApart(this.#decoder.feed(bytes), this.#isBound));
    if (this.#decoder.isWaiting) this.#flushLater();
    return true;
  }

  /** All that nobody has acted on, as it came. */
  rest(): string {
    this.#keys.push(...this.#decoder.feed(this.#terminal.unread()));
    return this.#keys.map(({ raw }) => raw).join("") + this.#decoder.rest;
  }

  /** Waits for no more. */
  close(): void {
    this.#escape?.abort();
  }

  #isBehindEscape(bytes: Uint8Array): boolean {
    return this.#decoder.isEscape && !SEQUENCE_BYTES.includes(bytes[0]!) &&
      this.#clock.monotonic() - this.#readAt >= LETTER_MS;
  }

  #flushLater(): void {
    const escape = new AbortController();
    this.#escape = escape;
    this.#clock.sleep(ESCAPE_MS, escape.signal).then(() => {
      this.#keys.push(...this.#decoder.flush());
      this.#changed();
    }, () => {});
  }
}
