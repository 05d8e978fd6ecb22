import assert from "node:assert/strict";
import { hasManyColours, OF_SIXTEEN, ON_ANY_GROUND } from "../../src/base/colours.ts";
import { paletteFor } from "../../src/cli/print/print.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { contrast, ofHex, ofPalette, XTERM } from "./_contrast.ts";

const GROUNDS = [ofHex("000000"), ofHex("ffffff")];

Deno.test("every colour has a contrast of 4.5 to black and to white, of 3 where there are 16", () => {
  for (const [name, code] of Object.entries(ON_ANY_GROUND)) {
    const colour = ofPalette(Number(code.slice("38;5;".length)));
    for (const ground of GROUNDS) assert.ok(contrast(colour, ground) >= 4.5, name);
  }
  for (const [name, code] of Object.entries(OF_SIXTEEN)) {
    if (code === "" || code === "2") continue; // what the terminal writes with, or fainter
    for (const ground of GROUNDS) {
      assert.ok(contrast(XTERM[Number(code) - 30]!, ground) >= 3, name);
    }
  }
});

Deno.test("what commands print in colour can be read on any ground", () => {
  for (const term of ["xterm-256color", "kitty", "screen", "dumb", undefined]) {
    using world = new FakeWorld({ env: term === undefined ? {} : { TERM: term } });
    world.terminal = true;
    const allowed = Object.values<string>(hasManyColours(term) ? ON_ANY_GROUND : OF_SIXTEEN);
    for (const [name, paint] of Object.entries(paletteFor(world, world.stdout))) {
      // deno-lint-ignore no-control-regex -- what it looks for
      const code = /^\x1b\[([0-9;]+)mtext\x1b\[0m$/.exec(paint("text"))?.[1];
      if (term === "dumb") assert.equal(paint("text"), "text");
      else assert.ok([...allowed, "1", undefined].includes(code), `${name} on ${term}: ${code}`);
    }
  }
});
