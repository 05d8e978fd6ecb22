/** What PROTOCOL-2.md gives as examples is what the code computes. */
import assert from "node:assert/strict";
import {
  EMPTY_DIGEST,
  hashOf,
  markOf,
  nameOf,
  tagOf,
  withItem,
} from "../../../src/named/digest.ts";

Deno.test("the page of protocol 2 has the values of the code in its table of examples", () => {
  const page = Deno.readTextFileSync(
    new URL("../../../src/wire/PROTOCOL-2.md", import.meta.url),
  );
  const entry = hashOf({
    id: "0190b0d5-1c8a-7d3e-8f21-5a6b7c8d9e0f",
    deviceId: "laptop",
    ts: 1_720_000_000,
    dead: false,
  });
  const tombstone = hashOf({
    id: "imported-7",
    deviceId: "büro",
    ts: 1_720_000_000,
    dead: true,
  });
  const one = withItem(EMPTY_DIGEST, entry, 1);
  const both = withItem(one, tombstone, 1);
  const peer = /tag of `(\w+)`/.exec(page)?.[1] ?? "";
  const values = [
    markOf(entry, true),
    markOf(tombstone, true),
    nameOf(one, 0),
    nameOf(both, 0),
    nameOf(both, 2_800),
    String(tagOf(peer)),
  ];
  const table = page.slice(page.indexOf("| example"), page.indexOf("### Numbers"));
  const told = [...table.matchAll(/\| `?(\w[\w-]{9,})`?\s*\|\n/g)].map(([, value]) => value);
  assert.deepEqual(told, values);
});
