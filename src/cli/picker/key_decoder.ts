/**
 * Bytes from a terminal to keys: UTF-8 and escape sequences split anywhere, the old xterm ways, CSI u of
 * kitty and others, marked pastes. What is not a key (reports, mouse, answers) is swallowed whole.
 */
import type { Key } from "../../picker/keys/keys.ts";
import { csiKey, named, ss3Key } from "./key_names.ts";

const ESC = "\x1b";
const PASTE_END = "\x1b[201~";
/** Longest text taken from a paste, in UTF-16 units; a query is far shorter. */
export const MAX_PASTE_CHARS = 65_536;
/** Longest sequence or answer that is waited for; a longer one is no sequence. */
const MAX_SEQUENCE_CHARS = 4096;

/** What was read at one place: how many units, and the key if it was one. */
interface Token {
  readonly length: number;
  readonly key?: Key | undefined;
  readonly paste?: boolean;
}

/** A key, and what came for it. */
export type TypedKey = Key & { readonly raw: string };

/** Takes bytes as they come and gives whole keys. */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder();
  #waiting = "";
  #paste: string | undefined;

  /** Whether something was begun that the next bytes may complete, such as a lone Esc. */
  get isWaiting(): boolean {
    return this.#waiting !== "" && this.#paste === undefined;
  }

  /** Whether Esc waits, and nothing but Esc. */
  get isEscape(): boolean {
    return this.isWaiting && this.#waiting === ESC;
  }

  /** What came and is no whole key yet. */
  get rest(): string {
    return this.#waiting;
  }

  /** The keys that are complete with these bytes. */
  feed(bytes: Uint8Array): TypedKey[] {
    this.#waiting += this.#utf8.decode(bytes, { stream: true });
    return this.#take(false);
  }

  /** Nothing more came for a while: what waits is what it looks like, Esc is Esc. */
  flush(): TypedKey[] {
    return this.isWaiting ? this.#take(true) : [];
  }

  #take(final: boolean): TypedKey[] {
    const keys: TypedKey[] = [];
    while (this.#waiting !== "") {
      if (this.#paste !== undefined) {
        if (!this.#takePaste(keys)) break;
        continue;
      }
      const token = readToken(this.#waiting, final);
      if (token === undefined) break;
      const raw = this.#waiting.slice(0, token.length);
      this.#waiting = this.#waiting.slice(token.length);
      if (token.paste) this.#paste = "";
      if (token.key) keys.push({ ...token.key, raw });
    }
    return keys;
  }

  #takePaste(keys: TypedKey[]): boolean {
    const end = this.#waiting.indexOf(PASTE_END);
    // Kept back: what may be the beginning of the end.
    const length = end >= 0 ? end : Math.max(0, this.#waiting.length - PASTE_END.length + 1);
    const room = MAX_PASTE_CHARS - this.#paste!.length;
    this.#paste += this.#waiting.slice(0, Math.min(length, room));
    this.#waiting = this.#waiting.slice(end >= 0 ? end + PASTE_END.length : length);
    if (end < 0) return false;
    const text = this.#paste!.toWellFormed();
    keys.push({ kind: "paste", text, raw: text });
    this.#paste = undefined;
    return true;
  }
}

/**
 * Keys that came together, with Esc and a letter apart where they mean nothing as alt and that letter and
 * more follows: so looks what somebody types on behind Esc. A single key with alt that means nothing is
 * a slip of the hand.
 */
export function withEscapesApart(
  keys: readonly TypedKey[],
  isBound: (name: string) => boolean,
): TypedKey[] {
  return keys.flatMap((key, i): TypedKey[] => {
    const letter = key.kind === "key" ? /^alt-([^\p{C}])$/u.exec(key.name)?.[1] : undefined;
    const isTyped = letter !== undefined && key.raw === ESC + letter && i < keys.length - 1;
    if (!isTyped || isBound(`alt-${letter}`)) return [key];
    return [{ ...named("escape"), raw: ESC }, { kind: "text", text: letter, raw: letter }];
  });
}

/** The first token of `text`; `undefined` if it is not complete yet. */
function readToken(text: string, final: boolean): Token | undefined {
  if (text[0] !== ESC) return readPlain(text);
  const next = text[1];
  if (next === undefined) return final ? { length: 1, key: named("escape") } : undefined;
  if (next === "[") return readCsi(text, 0, final);
  if (next === "O") return readSs3(text, final);
  if ("]P_^X".includes(next)) return readString(text, final);
  if (next === ESC) {
    // rxvt sends Esc before a sequence for alt; any other second Esc is a key of its own.
    if (text[2] === undefined && !final) return undefined;
    return text[2] === "[" ? readCsi(text, 1, final) : { length: 1, key: named("escape") };
  }
  return readAlt(text);
}

// deno-lint-ignore no-control-regex -- everything but control characters
const PLAIN_RUN = /^[^\x00-\x1f\x7f-\x9f]+/u;

function readPlain(text: string): Token {
  const run = PLAIN_RUN.exec(text)?.[0];
  if (run !== undefined) return { length: run.length, key: { kind: "text", text: run } };
  return { length: 1, key: controlKey(text.charCodeAt(0)) };
}

function controlKey(code: number): Key | undefined {
  if (code === 0x0d || code === 0x0a) return named("enter");
  if (code === 0x09) return named("tab");
  if (code === 0x7f) return named("backspace");
  if (code >= 1 && code <= 26) return named(`ctrl-${String.fromCharCode(0x60 + code)}`);
  return undefined;
}

function readAlt(text: string): Token {
  const char = String.fromCodePoint(text.codePointAt(1)!);
  const code = text.charCodeAt(1);
  const control = code < 0x20 || code === 0x7f ? controlKey(code) : undefined;
  const name = control?.kind === "key" ? control.name : char;
  return { length: 1 + char.length, key: named(`alt-${name}`) };
}

// deno-lint-ignore no-control-regex -- the grammar of ECMA-48: parameters, intermediates, one final byte
const CSI = /^\x1b\[([\x30-\x3f]*)([\x20-\x2f]*)([\x40-\x7e])/;
// deno-lint-ignore no-control-regex -- as above, not yet complete
const CSI_BEGUN = /^\x1b\[[\x30-\x3f]*[\x20-\x2f]*$/;

function readCsi(text: string, skip: number, final: boolean): Token | undefined {
  const rest = text.slice(skip);
  // The console of Linux: F1 to F5 are `ESC [ [ A` to `ESC [ [ E`.
  if (rest.startsWith("\x1b[[")) {
    const letter = rest[3];
    if (letter === undefined) return final ? { length: text.length } : undefined;
    const place = "ABCDE".indexOf(letter);
    return { length: skip + 4, key: place >= 0 ? named(`f${place + 1}`) : undefined };
  }
  const match = CSI.exec(rest);
  if (match) {
    const [all, params, , last] = match;
    const length = skip + all.length;
    if (last === "~" && params === "200") return { length, paste: true };
    if (last === "M" && params === "") { // mouse of X10: three bytes more
      return text.length < length + 3 && !final ? undefined : { length: length + 3 };
    }
    return { length, key: csiKey(params!, last!, skip > 0) };
  }
  if (CSI_BEGUN.test(rest) && rest.length < MAX_SEQUENCE_CHARS) {
    if (!final) return undefined;
    return rest === "\x1b[" ? { length: skip + 2, key: named("alt-[") } : { length: text.length };
  }
  return { length: skip + 2 }; // broken: what follows stands for itself
}

function readSs3(text: string, final: boolean): Token | undefined {
  const letter = text[2];
  if (letter === undefined) return final ? { length: 2, key: named("alt-O") } : undefined;
  return { length: 3, key: ss3Key(letter) };
}

// deno-lint-ignore no-control-regex -- string terminators: BEL, or ESC and a backslash
const STRING_END = /\x07|\x1b\\|\x9c/;

/** Answers of the terminal (OSC, DCS and the like): up to their terminator. */
function readString(text: string, final: boolean): Token | undefined {
  const end = STRING_END.exec(text.slice(2));
  if (end) return { length: 2 + end.index + end[0].length };
  if (text.length > MAX_SEQUENCE_CHARS) return { length: text.length };
  if (!final) return undefined;
  return text.length === 2 ? readAlt(text) : { length: text.length };
}
