import assert from "node:assert/strict";

const FOLDER = new URL("../golden/service/", import.meta.url);

/** Compares `text` with a file of tests/golden/service; RR_UPDATE_GOLDEN=1 writes it instead. */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = new URL(name, FOLDER);
  if (Deno.env.get("RR_UPDATE_GOLDEN") === "1") await Deno.writeTextFile(file, text);
  assert.equal(text, await Deno.readTextFile(file), `${name}: RR_UPDATE_GOLDEN=1 rewrites it`);
}
