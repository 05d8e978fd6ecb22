/** Reads the fields of a frame, each within its bounds. */
import { WireError } from "../wire_error.ts";

/** The fields of one frame. */
export class Fields {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /** The fields of a frame of this kind. */
  constructor(value: Readonly<Record<string, unknown>>, what: string) {
    this.#value = value;
    this.#what = what;
  }

  /** Whether the field is there. */
  has(key: string): boolean {
    return this.#value[key] !== undefined;
  }

  /** A text of at most `most` characters that matches `form`. */
  text(key: string, most: number, form?: RegExp): string {
    return checkText(this.#value[key], most, form, () => this.#fail(key));
  }

  /** A whole number within bounds; `otherwise` if the field is not there. */
  whole(key: string, least: number, most: number, otherwise?: number): number {
    const value = this.#value[key] ?? otherwise;
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw this.#fail(key);
    }
    return value as number;
  }

  /** A list of at most `most` values; empty if the field is not there. */
  list(key: string, most: number): readonly unknown[] {
    const value = this.#value[key] ?? [];
    if (!Array.isArray(value) || value.length > most) throw this.#fail(key);
    return value;
  }

  /** A list of texts. */
  texts(key: string, most: number, chars: number, form?: RegExp): string[] {
    return this.list(key, most).map((value) =>
      checkText(value, chars, form, () => this.#fail(key))
    );
  }

  /** A list of whole numbers. */
  wholes(key: string, count: number, least: number, most: number): number[] {
    return this.list(key, count).map((value) => {
      if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
        throw this.#fail(key);
      }
      return value as number;
    });
  }

  /** The error for a field that breaks its rule. Its value may be a command, so it is not told. */
  fail(key: string): WireError {
    return this.#fail(key);
  }

  #fail(key: string): WireError {
    return new WireError("invalid", `Cannot read a ${this.#what}: "${key}" breaks its rule`);
  }
}

function checkText(
  value: unknown,
  most: number,
  form: RegExp | undefined,
  fail: () => WireError,
): string {
  if (typeof value !== "string" || value.length > most || form?.test(value) === false) throw fail();
  return value;
}
