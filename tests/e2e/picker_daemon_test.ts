/** ctrl-r where a daemon runs: it paints in the shell's terminal, and whatever becomes of it the shell goes on. */
import assert from "node:assert/strict";
import { runningDaemon } from "../../src/process/lock.ts";
import { Daemon, openByDaemon, untilAtRest } from "./_daemon.ts";
import { inShell, modesOf, SHELLS } from "./_shell_session.ts";
import { until, untilFile, untilNoFile } from "./_tmux.ts";

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

for (const shell of SHELLS) {
  const { name } = shell;

  Deno.test(`${name}: the daemon paints the picker, and no process is started`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, run } = session;
      await run("echo one");
      await using _daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("on");
      await tmux.untilText("$ on");
      const before = await modesOf(session.tmux);
      await openByDaemon(session);
      await tmux.untilText(/> .*echo one/);
      await tmux.press("C-g");
      await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
      await tmux.type("e");
      const left = await tmux.until((rows) => rows.includes("$ one"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ one"]);
      assert.equal(await modesOf(session.tmux), before);
      await openByDaemon(session);
      await tmux.untilText(/> .*echo one/);
      await tmux.press("M-Enter");
      await tmux.until((rows) => rows.includes("one"));
      await run(name === "fish" ? "set -gx LC_ALL C" : "export LC_ALL=C");
      await openByDaemon(session);
      await tmux.until((rows) => rows.some((row) => /^-{40,}$/.test(row)));
      await tmux.press("C-g");
    });
  });

  Deno.test(`${name}: a daemon that is killed while its picker is open gives the terminal back`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, run } = session;
      await run("echo one");
      await using daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("half");
      await tmux.untilText("$ half");
      const before = await modesOf(session.tmux);
      await openByDaemon(session);
      daemon.signal("SIGKILL");
      await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
      await tmux.type(" line");
      const left = await tmux.until((rows) => rows.includes("$ half line"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ half line"]);
      assert.equal(await modesOf(session.tmux), before);
    });
  });

  Deno.test(`${name}: what was typed to a picker whose daemon hangs is not run as a command`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder, run } = session;
      await run("echo one");
      await using daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("half");
      await tmux.untilText("$ half");
      const before = await modesOf(session.tmux);
      await openByDaemon(session);
      daemon.signal("SIGSTOP");
      await tmux.press("C-u");
      await tmux.type(`touch ${folder}/ran`);
      await tmux.press("Enter");
      await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
      await tmux.type(" line");
      const left = await tmux.until((rows) => rows.includes("$ half line"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ half line"]);
      assert.equal(isThere(`${folder}/ran`), false);
      assert.equal(await modesOf(session.tmux), before);
    });
  });

  Deno.test(`${name}: a daemon that hangs is not waited for, and paints nothing when it wakes`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder, run, open } = session;
      await run("echo one");
      await using daemon = await Daemon.start(session);
      await tmux.press("C-l");
      await tmux.type("half");
      await tmux.untilText("$ half");
      daemon.signal("SIGSTOP");
      await open("C-r");
      await until("a process of its own", () => isThere(`${folder}/running`));
      daemon.signal("SIGCONT");
      await tmux.press("C-g");
      await untilNoFile(`${folder}/running`);
      await tmux.type(" line");
      const left = await tmux.until((rows) => rows.includes("$ half line"));
      assert.deepEqual(left.filter((row) => row !== ""), ["$ half line"]);
    });
  });
}

Deno.test("a daemon that was started in the shell itself is not stopped by a ctrl-r there", async () => {
  const [zsh] = SHELLS;
  await inShell(zsh!, async ({ tmux, folder, run, open }) => {
    await run("echo one");
    await run(" rr p2p-sync --watch --no-serve >/dev/null 2>&1 &");
    await untilAtRest(folder);
    // It would outlive its terminal.
    const { pid } = runningDaemon(`${folder}/.rustory/history.db`)!;
    using _end = { [Symbol.dispose]: () => Deno.kill(pid, "SIGKILL") };
    await Deno.remove(`${folder}/shell-of-rr`);
    await tmux.press("C-l");
    await open("C-r");
    await untilFile(`${folder}/shell-of-rr`);
    await tmux.type("one");
    await tmux.untilText(/> .*echo one/);
    await tmux.press("Enter");
    await tmux.until((rows) => rows.some((row) => row.startsWith("$ echo one")));
  });
});
