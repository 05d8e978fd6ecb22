/** The rules of the fields of every frame, each with values that break it. */
import assert from "node:assert/strict";
import { EMPTY } from "../../../src/named/digest.ts";
import { FrameReader, packFrame } from "../../../src/wire/v2/frame.ts";
import { decode } from "./_decode.ts";

const NAME = "abcdefghijklmnopqrstuv";
const PIN = "0123456789abcdef".repeat(2);
const MARK_TEXT = "0123456789abcdef";
const ONE_BUCKET = { dv: ["laptop"], b: [0], wk: [2800] };
const STATE = { n: NAME, base: NAME };
const ENTRY_COLUMNS = {
  ...{ src: [["laptop", "kim", "zsh", "host", "1"]], s: [0], t: [1], x: [0], d: [0], w: ["/"] },
  ...{ c: ["ls"], id: "0".repeat(32) },
};

/** A frame that is right, and the values each of which makes it wrong. */
const RULES: readonly (readonly [number, Record<string, unknown>, Record<string, unknown[]>])[] = [
  [0x01, { v: "2.0.0", store: "s", f: 0, bases: [], hash: "m3-128", user: "kim", app: "rr" }, {
    v: ["1.0.0", "3.0.0", 2],
    f: [-1, 0.5, 500_001],
    bases: [["short"], [1], "none"],
    store: [undefined, 1, "x".repeat(257)],
    user: [undefined, "x".repeat(70_000)],
  }],
  [0x02, { n: NAME }, {
    n: [undefined, "A", NAME + "A", "*".repeat(22)],
    f: [-1],
    a: ["A"],
    c: [-1],
  }],
  [0x03, { n: NAME, cv: [1], tb: [["id", "laptop", 5, 6]] }, {
    cv: [[-1], [2 ** 32], [0.5], Array(1_025).fill(1)],
    n: ["A"],
    tb: [[["", "laptop", 5, 6]], [["id", 1, 5, 6]], [["id", "laptop", 0.5, 6]], [["id", "l", 5]], [
      1,
    ]],
  }],
  [0x10, { ...STATE, ...ONE_BUCKET, k: MARK_TEXT }, {
    b: [[1], [-1], [0.5], [0, 0]],
    wk: [[], [2800, 2801], [-1], [500_001]],
    k: ["", MARK_TEXT.slice(1), MARK_TEXT.repeat(2), MARK_TEXT.toUpperCase()],
    lvl: [3, -1],
    base: [undefined, "A"],
    dv: [[1], [], ["x".repeat(70_000)]],
  }],
  [0x10, { ...STATE, ids: 1, ...ONE_BUCKET, mc: [1], m: MARK_TEXT }, {
    mc: [[], [1, 1], [2], [0], [-1]],
    m: ["", MARK_TEXT.slice(1), MARK_TEXT.repeat(2), "g".repeat(16)],
    lvl: [2],
  }],
  [0x11, ONE_BUCKET, { wk: [[], [1, 2]], b: [[1]] }],
  [0x12, { ...ONE_BUCKET, mc: [1], m: MARK_TEXT }, { m: [MARK_TEXT + "0"], wide: [true] }],
  [0x13, { ...ONE_BUCKET, i: [0] }, { i: [[-1], [0.5], ["0"]], wk: [[]] }],
  [0x14, ENTRY_COLUMNS, {
    s: [[1], [-1], [0, 0], []],
    t: [[], ["1"], [0.5], [1, 2]],
    x: [[], ["0"]],
    d: [[], [0.5]],
    w: [[], [1]],
    c: [[], [1]],
    id: ["0", "0".repeat(31), "0".repeat(33), "G".repeat(32)],
    src: [[["laptop"]], [1]],
    odd: [[[1, "x"]], [[-1, "x"]], [[0, 1]], [[0, ""]], [1], [[0, "a"], [0, "b"]]],
  }],
  [0x20, { on: [[PIN, 1, "ls"]], off: [PIN] }, {
    on: [
      ...[1, [1], [[PIN]], [[PIN, 1]], [[PIN, 1, ""]], [[PIN, 1, 2]], [["A".repeat(32), 1, "ls"]]],
      ...[
        [[PIN, -1, "ls"]],
        [[PIN, 0.5, "ls"]],
        [[PIN, 2 ** 50, "ls"]],
        Array(4_097).fill([PIN, 1, "ls"]),
      ],
      [[PIN, 1, "x".repeat(1_048_577)]],
    ],
    off: [1, [1], ["short"], ["G".repeat(32)], Array(4_097).fill(PIN)],
  }],
  [0x15, { n: NAME, sent: 0 }, { n: ["A"], sent: [-1, 0.5, undefined], err: [1], bases: [["A"]] }],
];

for (const [type, right, wrong] of RULES) {
  Deno.test(`frame 0x${type.toString(16)}: whatever breaks a rule of a field is refused`, () => {
    const isControl = type < 0x10 || type === 0x20;
    assert.equal(decode(packFrame(type, right), isControl).length, 1);
    for (const [key, values] of Object.entries(wrong)) {
      for (const value of values) {
        const bytes = packFrame(type, { ...right, [key]: value });
        const what = `${key}: ${JSON.stringify(value)?.slice(0, 60)}`;
        assert.throws(() => decode(bytes, isControl), { code: "invalid" }, what);
      }
    }
  });
}

Deno.test("an end that gives a reason of a later version has exchanged nothing", () => {
  const [end] = decode(packFrame(0x15, { n: NAME, sent: 9, err: "later" }), false);
  assert.deepEqual(end, {
    type: "end",
    name: EMPTY,
    sent: 0,
    refusal: "invalid",
    bases: undefined,
  });
});

Deno.test("a frame of no bytes is refused", () => {
  assert.throws(() => [...new FrameReader().push(Uint8Array.of(0))], /no bytes/);
});
