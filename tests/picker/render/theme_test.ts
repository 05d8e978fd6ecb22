import assert from "node:assert/strict";
import {
  ANY_GROUND,
  COLOURS,
  NO_COLOURS,
  ON_DARK,
  ON_LIGHT,
  type Theme,
  themeOf,
} from "../../../src/picker/render/theme.ts";
import { contrast, ofHex, ofPalette, XTERM } from "../../base/_contrast.ts";

const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;
/** Grounds that terminals really have: xterm, Dracula, Solarized, Nord, One, Ubuntu. */
const DARK_GROUNDS = ["000000", "1e1e1e", "282a36", "002b36", "2e3440", "282c34", "300a24"];
const LIGHT_GROUNDS = ["ffffff", "fdf6e3", "fafafa", "eeeeee"];
/** What WCAG 2 asks of text, and of large or bold text and of signs. */
const LEAST_CONTRAST = 4.5;
const LEAST_OF_SIGNS = 3;

function assertReadable(theme: Theme, grounds: readonly string[]): void {
  for (const [part, style] of Object.entries(theme)) {
    const code = /38;5;(\d+)/.exec(style)?.[1];
    if (code === undefined) {
      assert.match(style, /^(?:[147](?:;[147])*)?$/, `${part} has another colour`);
      continue;
    }
    for (const ground of grounds) {
      const found = contrast(ofPalette(Number(code)), ofHex(ground));
      assert.ok(found >= LEAST_CONTRAST, `${part}: ${code} on ${ground} has ${found.toFixed(2)}`);
    }
  }
}

Deno.test("the theme for any ground has a contrast of 4.5 to black and to white, the others to theirs", () => {
  assertReadable(ANY_GROUND, ["000000", "ffffff"]);
  assertReadable(ON_DARK, DARK_GROUNDS);
  assertReadable(ON_LIGHT, LIGHT_GROUNDS);
  assert.throws(() => assertReadable(ON_DARK, ["ffffff"])); // the measure itself
});

Deno.test("themeOf() goes by the terminal, the choice and NO_COLOR, which goes before all", () => {
  const on = { noColour: false, term: "xterm-256color" };
  assert.equal(themeOf(on).match, ANY_GROUND.match);
  assert.equal(themeOf({ ...on, theme: "dark" }).match, ON_DARK.match);
  assert.deepEqual(themeOf({ ...on, theme: "light", term: "screen" }), COLOURS);
  assert.deepEqual(themeOf({ ...on, theme: "plain" }), NO_COLOURS);
  const styles = [{ part: "match-selected", sgr: "32" }] as const;
  assert.deepEqual(themeOf({ ...on, styles }), { ...ANY_GROUND, matchSelected: "32" });
  assert.deepEqual(themeOf({ ...on, styles, theme: "dark", noColour: true }), NO_COLOURS);
});

Deno.test("every colour of 16 can be told on black and on white", () => {
  assert.ok(contrast(XTERM[3]!, WHITE) < LEAST_OF_SIGNS); // the measure itself: yellow cannot
  const used = Object.values(COLOURS).flatMap((style) => style.match(/\b3[0-7]\b/g) ?? []);
  assert.ok(used.length > 0);
  for (const code of used) {
    const colour = XTERM[Number(code) - 30]!;
    for (const ground of [BLACK, WHITE]) {
      assert.ok(contrast(colour, ground) >= LEAST_OF_SIGNS, `${code} on ${ground}`);
    }
  }
});

Deno.test("NO_COLOR has no colours", () => {
  for (const style of Object.values(NO_COLOURS)) assert.doesNotMatch(style, /\b[349]\d\b/);
});
