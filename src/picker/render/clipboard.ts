/** How a terminal is asked to put a text on the clipboard (OSC 52), over ssh as well. */
import { toBase64 } from "../../base/bytes.ts";

/** Longer commands are not put on a clipboard: terminals take some 75,000 bytes at most. */
const MOST_COPIED_BYTES = 50_000;
/** GNU screen passes on so much at once; the pieces come out in one. */
const SCREEN_BYTES = 256;

/** What lies between the program and the terminal, and keeps what it does not know to itself. */
export type Between = "nothing" | "screen" | "tmux";

/** What to write so that the text is put on the clipboard; `undefined` if it is too long for any. */
export function clipboard(text: string, between: Between = "nothing"): string | undefined {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MOST_COPIED_BYTES) return undefined;
  const asked = `\x1b]52;c;${toBase64(bytes)}\x07`;
  switch (between) {
    case "nothing":
      return asked;
    case "screen":
      // tmux goes by that name too, on other machines: it passes over the second one, screen over the first.
      return asked + piecesOf(asked).map((piece) => `\x1bP${piece}\x1b\\`).join("");
    case "tmux":
      // tmux takes the one with `set-clipboard on`, and passes on the other before 3.3 or if told to.
      return `${asked}\x1bPtmux;${asked.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
  }
}

function piecesOf(text: string): string[] {
  return text.match(new RegExp(`.{1,${SCREEN_BYTES}}`, "gs")) ?? [];
}
