import assert from "node:assert/strict";
import { BEGUN, Lab } from "./_lab.ts";

Deno.test("a peer is asked again within seconds of when our own store failed, however often it did", () => {
  const lab = new Lab();
  const name = lab.begin();
  for (let x = BEGUN; x < BEGUN + 12; x++) {
    lab.effects({ type: "closed", x, unstored: true });
    lab.tick(name);
    // A minute goes by within.
    assert.equal(lab.opened()?.x, x + 1, `after ${x} failures of the store`);
  }
});

Deno.test("a peer whose exchanges break off is left alone for longer and longer", () => {
  const lab = new Lab();
  const name = lab.begin();
  let waited = 0;
  for (let x: number = BEGUN, minute = 0; minute < 20; minute++) {
    lab.effects({ type: "closed", x });
    lab.tick(name);
    const opened = lab.opened();
    if (opened === undefined) waited++;
    else x = opened.x;
  }
  assert.ok(waited > 10, `${waited} of 20 minutes`);
});
