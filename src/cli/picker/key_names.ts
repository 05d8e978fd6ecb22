/** Escape sequences to the names of keys. */
import type { Key } from "../../picker/keys/keys.ts";

/** A named key. */
export function named(name: string): Key {
  return { kind: "key", name };
}

/** Final letters of CSI and SS3 sequences. */
const BY_LETTER: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

/** Numbers of `CSI number ~`. */
const BY_NUMBER: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

/** Keys that are characters in `CSI u`, and the keypad of kitty. */
const BY_CODE: Readonly<Record<number, string>> = {
  8: "backspace",
  9: "tab",
  10: "enter",
  13: "enter",
  27: "escape",
  127: "backspace",
  57414: "enter",
};

/** Bits of the modifier number, which is one more than their sum. */
const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
const META = 32;

/** The key of a complete `CSI params final`; `undefined` if it is none. `alt` adds that modifier. */
export function csiKey(params: string, final: string, alt: boolean): Key | undefined {
  if (/[<=>?]/.test(params)) return undefined; // private: answers, mouse
  const fields = params.split(";").map((field) => field.split(":").map((part) => Number(part)));
  const at = (field: number, part: number): number => fields[field]?.[part] || 0;
  const modifiers = Math.max(0, at(1, 0) - 1) | (alt ? ALT : 0);
  const isRelease = at(1, 1) === 3;
  if (isRelease) return undefined;
  if (final === "u") return codeKey(at(0, 0), modifiers);
  if (final === "Z") return named("shift-tab");
  if (final === "~") {
    if (at(0, 0) === 27) return codeKey(at(2, 0), modifiers); // modifyOtherKeys of xterm
    return withModifiers(BY_NUMBER[at(0, 0)], modifiers);
  }
  if (final === "R" && at(0, 0) > 1) return undefined; // where the cursor is
  return withModifiers(BY_LETTER[final], modifiers);
}

/** The key of `ESC O letter`. */
export function ss3Key(letter: string): Key | undefined {
  const name = letter === "M" ? "enter" : BY_LETTER[letter];
  return name ? named(name) : undefined;
}

function codeKey(code: number, modifiers: number): Key | undefined {
  const name = BY_CODE[code];
  if (name) {
    return name === "tab" && (modifiers & SHIFT)
      ? named("shift-tab")
      : withModifiers(name, modifiers);
  }
  const isCharacter = code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xf8ff);
  if (!isCharacter) return undefined;
  const char = String.fromCodePoint(code);
  if (modifiers & (CTRL | ALT | META)) return withModifiers(char.toLowerCase(), modifiers);
  return { kind: "text", text: modifiers & SHIFT ? char.toUpperCase() : char };
}

function withModifiers(name: string | undefined, modifiers: number): Key | undefined {
  if (name === undefined) return undefined;
  const ctrl = modifiers & CTRL ? "ctrl-" : "";
  const alt = modifiers & (ALT | META) ? "alt-" : "";
  return named(`${ctrl}${alt}${name}`);
}
