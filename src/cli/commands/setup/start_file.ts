/**
 * The block of rr in a shell's start file: put in once, taken out whole, all else byte for byte.
 *
 * A text here has one letter a byte ({@linkcode letters}): a start file need not be UTF-8.
 */
import { hookFile } from "../../../app/hook_file.ts";
import type { ShellName } from "../../../shell/hook.ts";

const BEGIN = "# >>> rustory >>>";
const END = "# <<< rustory <<<";
/** What taking the block out has to undo besides; stands in the block itself. */
const AFTER_OPEN_LINE = " (the line above had no end)";
const MADE_FILE = " (this file was made by rr setup)";

// Of a block whose end is missing only the line that is surely ours: people cut and paste.
const BLOCK = new RegExp(
  `^${BEGIN}(?<note> \\([^)\\n]*\\))?\\n` +
    `(?:(?:(?!${BEGIN}).*\\n)*?${END}(?:\\n|$)|(?:(?:! )?test -r .*/rustory/hook\\..*(?:\\n|$))?)`,
  "m",
);

/** Where the block of a start file stands. */
export interface Block {
  /** With its last newline. */
  readonly text: string;
  readonly start: number;
}

/** Bytes as a text of one letter a byte. */
export function letters(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** What {@linkcode letters} was made from. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * The line that sources the hook, as every shell that there is one for reads it. A start file is carried to
 * other machines: there the home folder may have another name, and rr be missing, which is no failure.
 */
export function lineFor(shell: ShellName): string {
  const file = `"${hookFile("$HOME", shell)}"`;
  return `! test -r ${file} || source ${file}`;
}

function blockFor(shell: ShellName, note = ""): string {
  return `${BEGIN}${note}\n${lineFor(shell)}\n${END}\n`;
}

/** The first block in a text, be its end missing. */
export function findBlock(text: string): Block | undefined {
  const match = BLOCK.exec(text);
  return match === null ? undefined : { text: match[0], start: match.index };
}

/** The text with the block at its end, or in the place of the one that is there. */
export function withBlock(text: string | undefined, shell: ShellName): string {
  if (text === undefined) return blockFor(shell, MADE_FILE);
  const old = BLOCK.exec(text);
  if (old !== null) {
    const rest = text.slice(old.index + old[0].length);
    const apart = rest === "" || rest.startsWith("\n") || old[0].endsWith("\n") ? "" : "\n";
    return text.slice(0, old.index) + blockFor(shell, old.groups?.note) + apart + rest;
  }
  return text === "" || text.endsWith("\n")
    ? text + blockFor(shell)
    : `${text}\n${blockFor(shell, AFTER_OPEN_LINE)}`;
}

/** The text without any block; `undefined` if the file is to go, as it was made for the block. */
export function withoutBlock(text: string): string | undefined {
  let rest = text;
  let wasMade = false;
  for (let old = BLOCK.exec(rest); old !== null; old = BLOCK.exec(rest)) {
    const note = old.groups?.note ?? "";
    wasMade ||= note === MADE_FILE;
    const behind = rest.slice(old.index + old[0].length);
    // Whoever wrote below the block needs the newline.
    const isOurs = note === AFTER_OPEN_LINE && behind === "";
    rest = rest.slice(0, old.index - (isOurs ? 1 : 0)) + behind;
  }
  return wasMade && rest === "" ? undefined : rest;
}

/** Whether the text loads the hook by a line of the person's own. */
export function hasOwnLine(text: string): boolean {
  return (withoutBlock(text) ?? "").split("\n").some((line) =>
    /^[^#]*(\brr(\.js)?\s+hook\b|\/rustory\/hook\.)/.test(line)
  );
}
