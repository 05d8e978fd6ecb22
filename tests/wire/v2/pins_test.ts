/** Frames of pins, whatever is in them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeFrame } from "../../../src/wire/v2/codec.ts";
import { packFrame } from "../../../src/wire/v2/frame.ts";
import { WireError } from "../../../src/wire/wire_error.ts";
import { decode } from "./_decode.ts";

const PINS = 0x20;
const id = fc.stringMatching(/^[0-9a-f]{32}$/);

Deno.test("any pins come through", () => {
  const pin = fc.record({
    id,
    atMs: fc.integer({ min: 0, max: 2e14 }),
    command: fc.string({ unit: "binary", minLength: 1, maxLength: 80 }),
  }, { noNullPrototype: true });
  const pins = fc.record({
    type: fc.constant("pins" as const),
    on: fc.array(pin, { maxLength: 8 }),
    off: fc.array(id, { maxLength: 8 }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(pins, (frame) => {
    assert.deepEqual(decode(encodeFrame(frame), true), [frame]);
  }));
});

Deno.test("any JSON in place of pins gives a frame or a WireError", () => {
  const value = fc.oneof(fc.jsonValue(), fc.array(fc.tuple(id, fc.jsonValue(), fc.jsonValue())));
  fc.assert(fc.property(value, value, (on, off) => {
    try {
      for (const frame of decode(packFrame(PINS, { on, off }), true)) {
        assert.equal(frame?.type, "pins");
      }
    } catch (error) {
      assert.ok(error instanceof WireError, `${error}`);
    }
  }));
});

Deno.test("whoever takes part in an exchange passes over pins there", () => {
  assert.deepEqual(decode(packFrame(PINS, { on: [], off: [] }), false), [undefined]);
});
