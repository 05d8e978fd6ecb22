import assert from "node:assert/strict";
import { COLOURS, NO_COLOURS } from "../../src/picker/theme.ts";

/** The first eight colours of xterm. */
const XTERM: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
];
const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;
/** What WCAG 2 asks of large or bold text and of signs. */
const LEAST_CONTRAST = 3;

function luminance(colour: readonly [number, number, number]): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(
  a: readonly [number, number, number],
  b: readonly [number, number, number],
): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

Deno.test("every colour of the picker can be read on black and on white", () => {
  assert.ok(contrast(XTERM[3]!, WHITE) < LEAST_CONTRAST); // the measure itself: yellow cannot
  const used = Object.values(COLOURS).flatMap((style) => style.match(/\b3[0-7]\b/g) ?? []);
  assert.ok(used.length > 0);
  for (const code of used) {
    const colour = XTERM[Number(code) - 30]!;
    for (const ground of [BLACK, WHITE]) {
      assert.ok(contrast(colour, ground) >= LEAST_CONTRAST, `${code} on ${ground}`);
    }
  }
});

Deno.test("NO_COLOR has no colours", () => {
  for (const style of Object.values(NO_COLOURS)) assert.doesNotMatch(style, /\b[349]\d\b/);
});
