/** Pins to the fields of their frame and back. */
import { MAX_COMMAND_CHARS, MAX_STARTED_AT_MS } from "../../history/check_entry.ts";
import type { Pinned, Pins } from "../../named/frames.ts";
import type { Fields } from "./fields.ts";

/** Most pins of one frame, and most of those taken away. */
export const MOST_PINS = 4_096;

const ID = /^[0-9a-f]{32}$/;
const ID_CHARS = 32;

/** The payload of a frame. */
export function encodePins({ on, off }: Pins): Record<string, unknown> {
  return {
    on: on.map(({ id, atMs, command }) => [id, atMs, command]),
    off,
  };
}

/**
 * The pins of a frame.
 *
 * @throws {WireError} `invalid`
 */
export function decodePins(fields: Fields): Pins {
  return {
    type: "pins",
    on: fields.list("on", MOST_PINS).map((value) => pinOf(value, fields)),
    off: fields.texts("off", MOST_PINS, ID_CHARS, ID),
  };
}

function pinOf(value: unknown, fields: Fields): Pinned {
  const [id, atMs, command] = Array.isArray(value) ? value : [];
  const isPin = typeof id === "string" && ID.test(id) && isMoment(atMs) && isCommand(command);
  if (!isPin) throw fields.fail("on");
  return { id, atMs, command };
}

function isMoment(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 &&
    (value as number) <= MAX_STARTED_AT_MS;
}

function isCommand(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_COMMAND_CHARS;
}
