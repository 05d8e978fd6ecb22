/** What tests of the codec share. */
import type { ControlFrame, ExchangeFrame } from "../../../src/named/frames.ts";
import { decodeControl, decodeExchange } from "../../../src/wire/v2/codec.ts";
import { FrameReader } from "../../../src/wire/v2/frame.ts";

/** The frames of these bytes. */
export function decode(
  bytes: Uint8Array,
  isControl: boolean,
): (ControlFrame | ExchangeFrame | undefined)[] {
  const read = isControl ? decodeControl : decodeExchange;
  return [...new FrameReader().push(bytes)].map((raw) => read(raw));
}
