/** What the picker leaves behind in real shells: the line, the screen and the modes of the terminal. */
import assert from "node:assert/strict";
import { inShell, modesOf, pickerOf, SHELLS } from "./_shell_session.ts";
import { untilFileSays, untilNoFile } from "./_tmux.ts";

for (const shell of SHELLS) {
  const { name } = shell;

  for (const how of ["left", "killed"] as const) {
    Deno.test(`${name}: a picker that is ${how} leaves line, screen and terminal as they were`, async () => {
      await inShell(shell, async (session) => {
        const { tmux, folder, run, open } = session;
        await run("echo a");
        await tmux.press("C-l");
        await tmux.type("half a li");
        await tmux.untilText("$ half a li");
        const before = await modesOf(tmux);
        await open("C-r");
        if (how === "left") await tmux.press("C-g");
        else Deno.kill(await pickerOf(folder), "SIGKILL");
        await untilNoFile(`${folder}/running`);
        await tmux.type("ne");
        const rows = await tmux.until((all) => all.includes("$ half a line"));
        assert.deepEqual(rows.filter((row) => row !== ""), ["$ half a line"]);
        assert.equal(await modesOf(tmux), before);
        // Wrapping, the cursor and the marking of pastes are the terminal's own.
        assert.equal(await tmux.format("#{wrap_flag} #{cursor_flag} #{alternate_on}"), "1 1 0");
        await tmux.press("C-u");
        await tmux.paste(`: >${folder}/ran-at-once\n: second`);
        await tmux.untilText("second");
        assert.throws(() => Deno.statSync(`${folder}/ran-at-once`), Deno.errors.NotFound);
      });
    });
  }

  Deno.test(`${name}: a terminal that changes its size while the picker is open loses nothing`, async () => {
    await inShell(shell, async ({ tmux, run, open }) => {
      await run("seq 101 130");
      await open("C-r");
      for (const [columns, rows] of [[90, 40], [60, 40], [60, 20], [100, 30], [90, 24]] as const) {
        await tmux.resize(columns, rows);
        await tmux.until((all) =>
          all.length === rows && all.some((row) => /fuzzy, all/.test(row)) &&
          all.some((row) => /^enter edit/.test(row))
        );
      }
      await tmux.press("C-g");
      await tmux.until((all) => !all.some((row) => /fuzzy, all|enter edit/.test(row)));
      const all = await tmux.everything();
      const lost = Array.from({ length: 30 }, (_, i) => `${101 + i}`).filter((line) =>
        !all.includes(line)
      );
      assert.deepEqual(lost, []);
      assert.ok(!all.some((row) => /fuzzy|enter edit|───/.test(row)), all.join("\n"));
    });
  });

  Deno.test(`${name}: ctrl-r opens on a line of 140 kB and leaves it whole`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run("echo a");
      const line = `: ${"x".repeat(140_000)} ; printf done >${folder}/end`;
      await tmux.paste(line);
      await open("C-r");
      await tmux.press("C-g");
      await untilNoFile(`${folder}/running`);
      await tmux.press("Enter");
      await untilFileSays(`${folder}/end`, "done");
    });
  });

  Deno.test(`${name}: Enter keeps what was typed and matches nothing`, async () => {
    await inShell(shell, async ({ tmux, run, open }) => {
      await run("echo a");
      await tmux.press("C-l");
      await tmux.type("nothing li");
      await open("C-r");
      await tmux.type("ke it");
      await tmux.untilText("enter keeps what you typed");
      await tmux.press("Enter");
      const rows = await tmux.until((all) => all[0] === "$ nothing like it");
      assert.deepEqual(rows.filter((row) => row !== ""), ["$ nothing like it"]);
    });
  });
}

Deno.test("zsh: what others show behind the line goes with the line it belongs to", async () => {
  await inShell(SHELLS[0]!, async ({ tmux, run, open }) => {
    await run(" ghost() { POSTDISPLAY=' STALE' }; zle -N ghost; bindkey '^G' ghost");
    await run("echo chosen");
    await tmux.press("C-l");
    await tmux.type("ec");
    await tmux.press("C-g");
    await tmux.untilText("$ ec STALE");
    await open("C-r");
    await tmux.untilText(/> .*echo chosen/);
    await tmux.press("Enter");
    const rows = await tmux.until((all) => /^\$ echo chosen/.test(all[0]!));
    assert.doesNotMatch(rows.join("\n"), /STALE/);
  });
});

Deno.test("fish: Up in a line of several lines goes a line up", async () => {
  await inShell(SHELLS[2]!, async ({ tmux }) => {
    await tmux.type("for i in 1 2");
    await tmux.press("Enter");
    await tmux.type("echo $i");
    const cursor = async (): Promise<number> => Number(await tmux.format("#{cursor_y}"));
    await tmux.untilText("echo $i");
    const below = await cursor();
    await tmux.press("Up");
    await tmux.until(() => true);
    await tmux.press("C-e");
    await tmux.type(" 3");
    const rows = await tmux.untilText("in 1 2 3");
    assert.equal(await cursor(), below - 1);
    assert.doesNotMatch(rows.join("\n"), /Unknown/);
  });
});
