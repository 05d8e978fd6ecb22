import assert from "node:assert/strict";
import { canOffer } from "../../src/search/offer.ts";

Deno.test("canOffer() takes what goes on from the text, and that exactly", () => {
  assert.ok(canOffer("git status", ""));
  assert.ok(canOffer("git status", "git s"));
  assert.ok(canOffer("grep -v '#' größe.txt | wc -l", "gr"));
  assert.ok(!canOffer("git status", "git status"), "nothing is left of it");
  assert.ok(!canOffer("git status ", "git status"));
  assert.ok(!canOffer("Git status", "git"));
  assert.ok(!canOffer("x".repeat(501), "x"));
});

Deno.test("canOffer() refuses what would run as something else than is seen", () => {
  const hostile = [
    "ls\nrm -rf ~",
    "ls\rrm",
    "ls \x1b[8m; rm x",
    "ls \u202e; mr",
    "ls\u200b",
    "ls\u2028rm",
    "ls\x7f",
    "ls\x00",
    "ls \ufffe",
    "echo !rm",
    "!!",
    "\ud800",
  ];
  for (const command of hostile) assert.ok(!canOffer(command, ""), JSON.stringify(command));
  for (const command of ["[ ! -f x ]", "test a != b", "echo 'done!'", "echo $!"]) {
    assert.ok(canOffer(command, ""), command);
  }
});
