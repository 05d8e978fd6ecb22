/** Upper and lower case, character by character, where both are equally long in UTF-8. */

/** The text in lower case; letters whose lower case has another length stay as they are. */
export function toLower(text: string): string {
  return each(text, (char) => char.toLowerCase());
}

/** The text in upper case; letters whose upper case has another length stay as they are. */
export function toUpper(text: string): string {
  return each(text, (char) => char.toUpperCase());
}

function each(text: string, change: (char: string) => string): string {
  let out = "";
  for (const char of text) {
    const changed = change(char);
    out += utf8Length(changed) === utf8Length(char) ? changed : char;
  }
  return out;
}

/** Bytes of one character; more than any character has for several of them, such as the SS of ß. */
function utf8Length(char: string): number {
  const code = char.codePointAt(0)!;
  if (char.length > (code < 0x10000 ? 1 : 2)) return 8;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
