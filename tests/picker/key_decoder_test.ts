import assert from "node:assert/strict";
import fc from "fast-check";
import type { Key } from "../../src/picker/keys/keys.ts";
import { KeyDecoder, MAX_PASTE_CHARS } from "../../src/cli/picker/key_decoder.ts";

const encoder = new TextEncoder();

/** Keys as short text: names as they are, letters in quotes, pastes in angle brackets. */
function shown(keys: readonly Key[]): string[] {
  return keys.map((key) => {
    if (key.kind === "key") return key.name;
    return key.kind === "text" ? `'${key.text}'` : `<${key.text}>`;
  });
}

function decode(text: string): string[] {
  const decoder = new KeyDecoder();
  return shown([...decoder.feed(encoder.encode(text)), ...decoder.flush()]);
}

const CASES: [string, string[]][] = [
  ["git st", ["'git st'"]],
  ["\r", ["enter"]],
  ["\n", ["enter"]],
  ["a\tb\x7f\x08", ["'a'", "tab", "'b'", "backspace", "ctrl-h"]],
  ["\x01\x05\x12\x17\x1a", ["ctrl-a", "ctrl-e", "ctrl-r", "ctrl-w", "ctrl-z"]],
  ["\x00\x1c\x1f", []],
  ["\x1b[A\x1b[B\x1bOC\x1bOD", ["up", "down", "right", "left"]],
  ["\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~", ["home", "end", "home", "end", "home", "end"]],
  ["\x1b[3~\x1b[5~\x1b[6~", ["delete", "pageup", "pagedown"]],
  ["\x1bOP\x1b[11~\x1b[[A\x1b[19~\x1b[1;2P", ["f1", "f1", "f1", "f8", "f1"]],
  ["\x1b[1;5D\x1b[1;3C\x1b[5;5~", ["ctrl-left", "alt-right", "ctrl-pageup"]],
  ["\x1bb\x1bf\x1b\x7f\x1b<\x1b?", ["alt-b", "alt-f", "alt-backspace", "alt-<", "alt-?"]],
  ["\x1bé", ["alt-é"]],
  ["\x1b[Z", ["shift-tab"]],
  ["\x1b", ["escape"]],
  ["\x1b\x1b", ["escape", "escape"]],
  ["\x1b\x1b[A", ["alt-up"]],
  ["\x1b[", ["alt-["]],
  ["\x1bO", ["alt-O"]],
  ["\x1b]", ["alt-]"]],
  // CSI u: kitty's and others'
  ["\x1b[97u\x1b[97;2u\x1b[97;5u\x1b[114;5u", ["'a'", "'A'", "ctrl-a", "ctrl-r"]],
  ["\x1b[13u\x1b[27u\x1b[9u\x1b[127;3u", ["enter", "escape", "tab", "alt-backspace"]],
  ["\x1b[97:65;2:1u\x1b[98;1:3u", ["'A'"]], // with alternates; a release is no key
  ["\x1b[57414u\x1b[57441u", ["enter"]], // keypad enter; a bare shift
  ["\x1b[1114112u\x1b[99999999u", []],
  ["\x1b[27;5;114~", ["ctrl-r"]], // modifyOtherKeys
  // reports and answers are no keys
  ["\x1b[I\x1b[O\x1b[12;40R\x1b[?1;2c\x1b[<0;3;4Mx", ["'x'"]],
  ["\x1b[Mabcx", ["'x'"]],
  ["\x1b]11;rgb:0/0/0\x1b\\x\x1b]0;t\x07y\x1bP1$r0m\x1b\\z", ["'x'", "'y'", "'z'"]],
  ["\x1b[200~git\r\n\x1b[A\x1b[201~x", ["<git\r\n\x1b[A>", "'x'"]],
  ["\x1b[\x01x", ["ctrl-a", "'x'"]],
];

Deno.test("KeyDecoder knows the keys of terminals", () => {
  for (const [bytes, keys] of CASES) assert.deepEqual(decode(bytes), keys, JSON.stringify(bytes));
});

Deno.test("KeyDecoder gives the same keys however the bytes are split", () => {
  for (const [bytes, keys] of CASES) {
    const decoder = new KeyDecoder();
    const all: Key[] = [];
    for (const byte of encoder.encode(bytes)) all.push(...decoder.feed(Uint8Array.of(byte)));
    all.push(...decoder.flush());
    const joined = shown(all).join("").replaceAll("''", "");
    assert.equal(joined, keys.join("").replaceAll("''", ""), JSON.stringify(bytes));
  }
});

Deno.test("KeyDecoder waits for the rest of a sequence or a character, and says so", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.feed(Uint8Array.of(0x1b)), []);
  assert.equal(decoder.isWaiting, true);
  assert.deepEqual(shown(decoder.feed(encoder.encode("[A"))), ["up"]);
  assert.equal(decoder.isWaiting, false);
  const [first, ...rest] = encoder.encode("中");
  assert.deepEqual(decoder.feed(Uint8Array.of(first!)), []);
  assert.deepEqual(shown(decoder.feed(Uint8Array.from(rest))), ["'中'"]);
});

Deno.test("KeyDecoder bounds a paste and survives one that never ends", () => {
  const decoder = new KeyDecoder();
  decoder.feed(encoder.encode("\x1b[200~"));
  for (let i = 0; i < 40; i++) decoder.feed(encoder.encode("x".repeat(4096)));
  assert.deepEqual(decoder.flush(), []);
  const [paste] = decoder.feed(encoder.encode("\x1b[201~"));
  assert.ok(paste?.kind === "paste" && paste.text.length === MAX_PASTE_CHARS);
});

Deno.test("KeyDecoder drops a sequence that never ends and goes on", () => {
  const decoder = new KeyDecoder();
  decoder.feed(encoder.encode(`\x1b]0;${"x".repeat(5000)}`));
  decoder.feed(encoder.encode(`\x1b[${"1;".repeat(3000)}`));
  const keys = shown([...decoder.feed(encoder.encode("\x12")), ...decoder.flush()]);
  assert.equal(keys.at(-1), "ctrl-r");
});

Deno.test("KeyDecoder takes any bytes, and no text holds a control character (property)", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
    const decoder = new KeyDecoder();
    const keys = chunks.flatMap((chunk) => decoder.feed(chunk));
    keys.push(...decoder.flush());
    for (const key of keys) {
      // deno-lint-ignore no-control-regex -- what must not be there
      if (key.kind === "text") assert.doesNotMatch(key.text, /[\x00-\x1f\x7f]/);
    }
  }));
});
