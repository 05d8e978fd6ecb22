/** The terminal of the tests in this folder. */
import assert from "node:assert/strict";
import { Tmux, untilFile } from "./_tmux.ts";

Deno.test("Tmux.kill() waits until what ran in the terminal has written its last", async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-test-" });
  const last = `trap 'sleep 0.5; echo last >${folder}/last; exit' HUP`;
  const command = `${last}; : >${folder}/ready; while :; do sleep 0.1; done`;
  await using tmux = await Tmux.start({ command });
  await untilFile(`${folder}/ready`);
  await tmux.kill();
  assert.equal(await Deno.readTextFile(`${folder}/last`), "last\n");
  await Deno.remove(folder, { recursive: true });
});
