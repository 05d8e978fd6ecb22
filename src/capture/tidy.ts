/** The text of a command as it is kept. */

/**
 * A command without the white space around it, so that `ls` and `ls ` are one command; inside,
 * nothing changes. A space that a backslash makes part of the last word stays.
 */
export function tidyCommand(text: string): string {
  const trimmed = text.trim();
  const end = text.trimEnd().length;
  let backslashes = 0;
  while (trimmed[trimmed.length - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1 && end < text.length && text[end] !== "\n" && text[end] !== "\r"
    ? trimmed + text[end]
    : trimmed;
}
