/** What a program hands to the library, checked before any work is done. */
import { MAX_LABEL_CHARS } from "../../history/check_entry.ts";
import type { Owner } from "./types.ts";

/**
 * Refuses a path that is none.
 *
 * @throws {TypeError} naming the option
 */
export function checkPath(what: string, name: string, value: unknown): void {
  checkType(what, name, typeof value === "string" && value !== "", "a path", value);
}

/**
 * Refuses an owner whose names say nothing.
 *
 * @throws {TypeError} naming what is missing or no text
 * @throws {RangeError} naming what is out of bounds
 */
export function checkOwner(what: string, owner: Owner): void {
  if (!isObject(owner)) {
    throw new TypeError(
      `Cannot ${what} as its owner must be an object of 'deviceId' and 'userId': current value is ` +
        shown(owner),
    );
  }
  checkLabel(what, "deviceId", owner.deviceId);
  checkLabel(what, "userId", owner.userId);
}

/**
 * Refuses a value of another type.
 *
 * @throws {TypeError} naming it, and what it must be
 */
export function checkType(
  what: string,
  name: string,
  isRight: boolean,
  must: string,
  value: unknown,
): void {
  if (isRight) return;
  throw new TypeError(
    `Cannot ${what} as '${name}' must be ${must}: current value is ${shown(value)}`,
  );
}

/**
 * Refuses a number that is no whole one, or too small.
 *
 * @throws {RangeError} naming it
 */
export function checkWhole(what: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new RangeError(
    `Cannot ${what} as '${name}' must be an integer of at least ${least}: current value is ` +
      shown(value),
  );
}

/**
 * Refuses a watch that nothing could end.
 *
 * @throws {TypeError} if there is no signal
 */
export function checkSignal(signal: unknown): void {
  const isSignal = signal instanceof AbortSignal;
  checkType("watch", "signal", isSignal, "an AbortSignal, which ends it", signal);
}

/**
 * Refuses a name that an entry or a directory could not hold, or that says nothing.
 *
 * @throws {TypeError} if it is no text
 * @throws {RangeError} if it is out of bounds
 */
export function checkLabel(what: string, name: string, value: unknown): void {
  if (typeof value !== "string") return checkType(what, name, false, "text", value);
  if (value.length >= 1 && value.length <= MAX_LABEL_CHARS && !/\p{Cc}/u.test(value)) return;
  throw new RangeError(
    `Cannot ${what} as '${name}' must be 1 to ${MAX_LABEL_CHARS} characters without control ` +
      `characters: current value is ${shown(value)}`,
  );
}

/** Whether members can be asked for; what comes from JavaScript may be anything. */
export function isObject<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}

/** Enough of a value to know it again. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
