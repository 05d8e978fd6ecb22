import assert from "node:assert/strict";
import { searchInPopup } from "../../src/cli/picker/tmux_popup.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const FLAGS = { query: "it's", widget: true, ahead: false, up: false };

/** A tmux whose server has variables of its own, and that runs what it is given in its "window". */
function fakeTmux(folder: string): string {
  const path = `${folder}/tmux`;
  const script = `#!/bin/sh
for last; do :; done
TZ=Mars USER=server RUSTORY_SEARCH_ENTER=run RUSTORY_USER_ID=server NO_COLOR=1 sh -c "$last"
`;
  Deno.writeTextFileSync(path, script, { mode: 0o700 });
  return path;
}

Deno.test("searchInPopup() has rr run with the variables of the shell, not with those of tmux's server", async () => {
  using world = new FakeWorld({
    env: { PATH: "/usr/bin:/bin", TZ: "Asia/Tokyo", RUSTORY_USER_ID: "a b'c" },
  });
  const rr = `${world.home}/rr`;
  const print =
    'printf "%s|" "$TZ" "${USER-unset}" "$RUSTORY_USER_ID" "${RUSTORY_SEARCH_ENTER-unset}" "${NO_COLOR-unset}"';
  Deno.writeTextFileSync(rr, `#!/bin/sh\n${print}\nprintf %s "$*"\nexit 7\n`, { mode: 0o700 });
  world.program = (): readonly string[] => [rr];
  const dbPath = `${world.home}/history.db`;
  const answer = await searchInPopup(world, { dbPath }, FLAGS, fakeTmux(world.home));
  assert.deepEqual(answer, {
    text: `Asia/Tokyo|unset|a b'c|unset|unset|search -i --db-path ${dbPath} --query=it's --widget`,
    code: 7,
  });
});

Deno.test("searchInPopup() tells where there is no window, and leaves nothing behind", async () => {
  using world = new FakeWorld();
  const dbPath = `${world.home}/history.db`;
  for (const tmux of ["/nowhere/tmux", "false"]) {
    assert.equal(await searchInPopup(world, { dbPath }, FLAGS, tmux), undefined);
  }
  const left = [...Deno.readDirSync(world.home)].filter(({ name }) => name.includes("popup"));
  assert.deepEqual(left, []);
});
