/** The block of rr in a shell's start file: put in once, taken out whole, all else byte for byte. */
import { quoteForShell } from "../../../shell/hook.ts";

const BEGIN = "# >>> rustory >>>";
const END = "# <<< rustory <<<";

/** Where the block of a start file stands, and what it sources. */
export interface Block {
  /** With its last newline. */
  readonly text: string;
  readonly start: number;
}

/** The lines that source a file, as every shell that there is a hook for reads them. */
export function blockFor(hookFile: string): string {
  const quoted = quoteForShell(hookFile);
  return `${BEGIN}\ntest -r ${quoted} && source ${quoted}\n${END}\n`;
}

/** The block in a text; one whose end is missing is none. */
export function findBlock(text: string): Block | undefined {
  const match = new RegExp(`^${BEGIN}\\n(?:(?!${BEGIN}).*\\n)*?${END}(?:\\n|$)`, "m").exec(text);
  return match === null ? undefined : { text: match[0], start: match.index };
}

/** The text with the block at its end, or in the place of the one that is there. */
export function withBlock(text: string, block: string): string {
  const old = findBlock(text);
  if (old !== undefined) {
    return text.slice(0, old.start) + block + text.slice(old.start + old.text.length);
  }
  return text === "" || text.endsWith("\n") ? text + block : `${text}\n${block}`;
}

/** The text without the block. */
export function withoutBlock(text: string): string {
  const old = findBlock(text);
  return old === undefined ? text : text.slice(0, old.start) +
    text.slice(old.start + old.text.length);
}

/** Whether the text loads the hook by a line of the person's own. */
export function hasOwnLine(text: string): boolean {
  return withoutBlock(text).split("\n").some((line) =>
    /^[^#]*(\brr\s+hook\b|\/rustory\/hook\.)/.test(line)
  );
}
