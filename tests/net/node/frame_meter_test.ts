import assert from "node:assert/strict";
import { FrameMeter, TooManyFrames } from "../../../src/net/node/frame_meter.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { frame, SYN, TYPE } from "./_frames.ts";

const MOST = 1 << 20;

function metered(clock = new FakeClock()): FrameMeter {
  return new FrameMeter(clock, MOST);
}

/** How many of them are let through at once. */
function letThrough(meter: FrameMeter, make: (i: number) => Uint8Array): number {
  for (let i = 0; i < 20_000; i++) {
    try {
      meter.take(make(i));
    } catch (error) {
      assert.ok(error instanceof TooManyFrames);
      return i;
    }
  }
  return Infinity;
}

const KINDS: Record<string, readonly [make: (i: number) => Uint8Array, most: number, ms: number]> =
  {
    "new streams": [(i) => frame(TYPE.window, SYN, 2 * i + 1), 320, 5],
    "new streams by data": [(i) => frame(TYPE.data, SYN, 2 * i + 1, 4), 320, 5],
    "pings": [(i) => frame(TYPE.ping, SYN, 0, i), 64, 250],
    "window updates": [() => frame(TYPE.window, 0, 1, 100), 4_000, 0.25],
    "empty frames": [() => frame(TYPE.data, 0, 1, 0), 4_000, 0.25],
  };

for (const [what, [make, most, ms]] of Object.entries(KINDS)) {
  Deno.test(`of ${what}, a number is let through at once, and as many again with time`, () => {
    const clock = new FakeClock();
    const meter = metered(clock);
    assert.equal(letThrough(meter, make), most);
    clock.advance(40 * ms);
    assert.equal(letThrough(meter, make), 40);
    clock.advance(2 * most * ms);
    assert.equal(letThrough(meter, make), most);
  });
}

Deno.test("what carries much costs nothing, however it is cut into pieces", () => {
  const meter = metered();
  const one = frame(TYPE.data, 0, 1, 1_024);
  for (let i = 0; i < 10_000; i++) {
    const at = i % one.length;
    meter.take(one.subarray(0, at));
    assert.equal(meter.waitingBytes, Math.max(0, at - 12));
    meter.take(one.subarray(at));
    assert.equal(meter.waitingBytes, 0);
  }
});

Deno.test("a frame that carries more than a window is refused by its header", () => {
  metered().take(frame(TYPE.data, 0, 1, MOST));
  assert.throws(() => metered().take(frame(TYPE.data, 0, 1, MOST + 1).subarray(0, 12)), {
    message: "A frame of 1048577 bytes: at most 1048576 are taken",
  });
});

Deno.test("each frame of data that we send may be answered by one", () => {
  const meter = metered();
  const answer = (): Uint8Array => frame(TYPE.window, 0, 1, 100);
  for (let i = 0; i < 1_000; i++) {
    meter.sent(frame(TYPE.data, 0, 1, 8));
    meter.sent(answer());
  }
  assert.equal(letThrough(meter, answer), 4_000 + 1_000);
  for (let i = 0; i < 30_000; i++) meter.sent(frame(TYPE.data, 0, 1, 8));
  assert.equal(letThrough(meter, answer), 10_000);
});
