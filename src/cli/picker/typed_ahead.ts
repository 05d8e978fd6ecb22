/** What was typed behind the choice, before the shell could read it: it is the shell's. */

/** Tells what it was, once the picker has ended. */
export class TypedAhead {
  #rest: () => string = () => "";

  /** The picker that has ended is asked when the answer is given, not before. */
  from(rest: () => string): void {
    this.#rest = rest;
  }

  /** All of it as far as it is known by now. */
  text(): string {
    return this.#rest();
  }
}

/**
 * What stands behind the answer for a widget that asks for it: a line of a dot and the bytes, each as `\\ooo`,
 * which `printf` of every shell and the macros of bash's line editor read.
 */
export function aheadForWidget(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text));
  // No shell can hold a NUL.
  const kept = bytes.filter((byte) => byte !== 0);
  return `\n.${kept.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}`;
}
