import { grouped } from "../../../src/base/grouped.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ago,
  duration,
  inFolderOf,
  moment,
  shortFolder,
  shortHost,
} from "../../../src/picker/render/format.ts";

Deno.test("ago() uses the largest unit", () => {
  const day = 86_400_000;
  const cases: [number, string][] = [
    [-5000, "now"],
    [999, "now"],
    [42_000, "42s"],
    [60_000, "1m"],
    [3 * 3_600_000, "3h"],
    [2 * day, "2d"],
    [20 * day, "2w"],
    [360 * day, "11mo"],
    [800 * day, "2y"],
  ];
  for (const [past, text] of cases) assert.equal(ago(1e12 - past, 1e12), text);
});

Deno.test("duration() is empty if not known and short if it is", () => {
  const cases: [number, string][] = [
    [0, ""],
    [-3, ""],
    [7, "7ms"],
    [2560, "2.5s"],
    [9999, "9.9s"],
    [42_000, "42s"],
    [187_000, "3m07"],
    [2 * 3_600_000 + 15 * 60_000, "2h15"],
    [59_999, "59s"],
    [60_000, "1m00"],
    [86_399_999, "23h59"],
    [86_400_000, "1d"],
    [9 * 86_400_000, "9d"],
  ];
  for (const [ms, text] of cases) assert.equal(duration(ms), text);
});

Deno.test("ago() and duration() keep to their columns (property)", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
    assert.ok(ago(a, b).length <= 4);
    assert.ok(duration(a).length <= 5);
  }));
});

Deno.test("moment() survives times that are none", () => {
  assert.equal(moment(8.64e15 + 1), "?");
  assert.equal(moment(0).length, 19);
});

Deno.test("shortFolder(), shortHost() and grouped() shorten", () => {
  assert.equal(shortFolder("/home/ana/src", "/home/ana"), "~/src");
  assert.equal(shortFolder("/home/ana", "/home/ana"), "~");
  assert.equal(shortFolder("/home/anastasia", "/home/ana"), "/home/anastasia");
  assert.equal(shortFolder("/x", "/"), "/x");
  for (const home of ["/", "/home/ana"]) assert.equal(shortFolder("unknown", home), "?");
  assert.equal(shortHost("unknown"), "?");
  assert.equal(shortHost("desk.local"), "desk");
  assert.equal(shortHost("10.0.0.7"), "10.0.0.7");
  assert.equal(grouped(1234567), "1,234,567");
});

Deno.test("inFolderOf() goes nowhere if nobody knows the folder", () => {
  assert.equal(inFolderOf("/a b", "make"), "cd '/a b' && make");
  assert.equal(inFolderOf("unknown", "make"), "make");
});
