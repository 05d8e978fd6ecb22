/**
 * Why a message was refused.
 *
 * - `too-large`: it is above a limit of `limits.ts`, on reading or on writing
 * - `invalid`: it breaks the format
 */
export type WireErrorCode = "too-large" | "invalid";

/** A message that could not be read or written. Holds no text of an entry. */
export class WireError extends Error {
  /** See {@linkcode WireErrorCode}. */
  readonly code: WireErrorCode;

  /** Creates the error; the texts of `too-large` are those of the original. */
  constructor(code: WireErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "WireError";
    this.code = code;
  }
}

/** @throws {WireError} `too-large`, if `size` is above `most` */
export function refuseAbove(most: number, size: number, what: string): void {
  if (size > most) throw new WireError("too-large", `${what} too large: ${size} > ${most} bytes`);
}
