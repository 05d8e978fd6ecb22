/** `rr try` in a real terminal: the picker on one's own history, and nothing left of it. */
import assert from "node:assert/strict";
import { Home } from "./_home.ts";
import { until, untilFile, untilNoFile } from "./_tmux.ts";

/** How the program comes to its end, and what it has printed then. */
const ENDS: Readonly<Record<string, string | undefined>> = {
  Enter: "docker compose up",
  "C-c": "That was a copy in memory, and it is gone",
  SIGTERM: undefined,
  SIGKILL: undefined,
  hangup: undefined,
};

for (const [end, printed] of Object.entries(ENDS)) {
  Deno.test(`rr try that ends by ${end} leaves nothing behind`, async () => {
    await using home = new Home();
    home.write(".zsh_history", ": 1700000000:2;docker compose up\n: 1700000001:2;make test\n");
    home.write(".bash_history", "docker ps\n");
    home.write("tmp/.keep", "");
    const before = home.tree();
    // It outlives the program, so that its last words can be read; the temporary folder is a watched one.
    const script = `TMPDIR=$HOME/tmp rr try docker; printf over >ended; exec sleep 1000`;
    await using tmux = await home.terminal("zsh", `sh -c '${script}'`);
    await tmux.untilText("docker compose up");
    await tmux.untilText("2/3");
    if (end === "Enter") await tmux.untilText(/^> .*docker/);
    if (end.startsWith("SIG")) Deno.kill(await home.running("try"), end as Deno.Signal);
    else if (end === "hangup") await tmux.kill();
    else {
      if (end === "Enter") await tmux.type(" compose");
      await tmux.press(end);
    }
    if (end === "hangup") {
      // The script around it ends as well, and leaves its mark.
      await until("the end of it", async () => (await home.running("try")) === 0);
      Deno.removeSync(home.path("running"));
    } else {
      await untilNoFile(home.path("running"));
      await untilFile(home.path("ended"));
      Deno.removeSync(home.path("ended"));
    }
    if (printed !== undefined) await tmux.untilText(printed);
    assert.deepEqual([...home.tree().keys()].toSorted(), [...before.keys()].toSorted());
    for (const [path, bytes] of before) assert.deepEqual(home.tree().get(path), bytes, path);
  });
}

Deno.test("rr try deletes from its copy alone, and takes rr's own history where there is one", async () => {
  await using home = new Home();
  home.write(".bash_history", "docker ps\n");
  const { code } = await home.rr("bash", "import", "--from", "bash");
  assert.equal(code, 0);
  await home.rr("bash", "record", "--cmd", "docker run mine", "--exit-code", "0");
  await using tmux = await home.terminal("bash", "rr try");
  await tmux.untilText("docker run mine");
  await tmux.press("C-d");
  await tmux.untilText("Delete the 1 run");
  await tmux.type("y");
  await tmux.untilText("Deleted 1 run");
  await tmux.press("C-c");
  await untilNoFile(home.path("running"));
  assert.equal((await home.rr("bash", "search", "docker run mine")).code, 0);
});

Deno.test("rr try says what is missing", async () => {
  await using home = new Home();
  const none = await home.rr("bash", "try");
  assert.equal(none.code, 1);
  assert.match(none.err, /There is no history to try it on: none of .*zsh, bash, /);
  home.write(".bash_history", "docker ps\n");
  const dumb = await home.rr("bash", "try");
  assert.equal(dumb.code, 2);
  assert.match(dumb.err, /not a terminal\nhint: Run `rr try` in a terminal/);
});
