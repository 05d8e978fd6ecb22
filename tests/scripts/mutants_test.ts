/** The faults that `deno task mutants` knows are about code that there is. */
import assert from "node:assert/strict";
import { KNOWN_FAULTS } from "../../scripts/mutants/known.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every known fault can be planted: its text stands in its file once, its tests are there", async () => {
  const stale: string[] = [];
  for (const { file, from, tests } of KNOWN_FAULTS) {
    const text = await Deno.readTextFile(new URL(file, ROOT)).catch(() => "");
    const times = text.split(from).length - 1;
    if (times !== 1) stale.push(`${file} holds ${JSON.stringify(from)} ${times} times`);
    for (const test of tests) {
      if (!await isThere(new URL(test, ROOT))) stale.push(`${file}: there is no ${test}`);
    }
  }
  assert.deepEqual(stale, []);
});

async function isThere(place: URL): Promise<boolean> {
  try {
    await Deno.stat(place);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
