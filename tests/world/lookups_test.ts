import assert from "node:assert/strict";
import { boundLookups } from "../../src/world/lookups.ts";
import { nodeWorld } from "../../src/world/node.ts";
import { systemWorld } from "../../src/world/system.ts";

Deno.test("boundLookups() leaves what somebody has set", () => {
  const variables = new Map<string, string>();
  boundLookups(variables);
  assert.equal(variables.get("RES_OPTIONS"), "timeout:1 attempts:3");
  variables.set("RES_OPTIONS", "rotate");
  boundLookups(variables);
  assert.equal(variables.get("RES_OPTIONS"), "rotate");
});

Deno.test("both worlds bound what the system does to look a name up", async () => {
  const before = Deno.env.get("RES_OPTIONS");
  try {
    for (const create of [systemWorld, nodeWorld]) {
      Deno.env.delete("RES_OPTIONS");
      await create();
      assert.match(Deno.env.get("RES_OPTIONS") ?? "", /timeout:1/);
    }
  } finally {
    if (before === undefined) Deno.env.delete("RES_OPTIONS");
    else Deno.env.set("RES_OPTIONS", before);
  }
});
