/** What a real daemon offers behind the line of a real zsh, and Up in all three shells, whatever becomes of it. */
import assert from "node:assert/strict";
import { Daemon } from "./_daemon.ts";
import { denoDir, inShell, type Session, SHELLS } from "./_shell_session.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ZSH = {
  ...SHELLS.find(({ name }) => name === "zsh")!,
  load: "source <(rr hook --shell zsh --suggest --up-arrow)",
};

/** A command of another shell, which the daemon takes in. */
async function record({ folder }: Session, command: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "-A", "--config", `${ROOT}deno.json`, `${ROOT}cli.ts`],
      ...["record", "--cmd", command, "--cwd", "/w"],
    ],
    env: { HOME: folder, DENO_DIR: denoDir(), RUSTORY_DEVICE_ID: "test-device" },
  }).output();
  assert.ok(success);
}

/**
 * Waits for a row while `again` is done now and then: on a busy machine an answer may come too late, and
 * then nothing is asked for some seconds.
 */
async function eventually(
  { tmux }: Session,
  row: string,
  again: () => Promise<void>,
): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const late = Date.now() + 3_000;
    while (Date.now() < late) {
      if ((await tmux.screen()).some((one) => one.trimEnd() === row)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await again();
  }
  assert.fail(`${row} never came:\n${(await tmux.screen()).join("\n")}`);
}

Deno.test("zsh: the daemon's guess is behind the line, from what ran just now; killed or hung, it is gone", async () => {
  await inShell(ZSH, async (session) => {
    const { tmux } = session;
    await using daemon = await Daemon.start(session);
    for (const line of ["echo a1", "echo b2", "echo a1", "echo b2", "echo a1"]) {
      await tmux.type(line);
      await tmux.press("Enter");
      await tmux.until((rows) => rows.includes(line.slice(5)));
      await tmux.press("C-l");
      await tmux.until((rows) => rows.filter((row) => row !== "").length === 1);
    }
    await eventually(session, "$ echo b2", () => tmux.press("Enter"));
    await tmux.press("Right", "Enter");
    await tmux.until((rows) => rows.includes("b2"));
    await eventually(session, "$ echo a1", () => tmux.press("Enter"));
    daemon.signal("SIGSTOP");
    for (const line of ["echo c3", "echo d4"]) {
      await tmux.type(line);
      await tmux.press("Enter");
      await tmux.until((rows) => rows.includes(line.slice(5)));
    }
    await tmux.until((rows) => rows.findLast((row) => row !== "")?.trimEnd() === "$");
    daemon.signal("SIGKILL");
    await tmux.type("echo e5");
    await tmux.press("Enter");
    const rows = await tmux.until((all) => all.includes("e5"));
    assert.ok(!rows.some((row) => /rror|rustory/.test(row)), rows.join("\n"));
  });
});

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: Up gives what ran in this session before what ran in others`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, run } = session;
      await run("echo mine");
      await using _daemon = await Daemon.start(session);
      await record(session, "echo theirs");
      await tmux.press("C-l");
      const walk = async (): Promise<void> => {
        await tmux.press("C-u", "Enter");
        await tmux.type("echo ");
        await tmux.press("Up", "Up");
      };
      await walk();
      await eventually(session, "$ echo theirs", walk);
      await tmux.press("Down");
      await tmux.untilText(/^\$ echo mine/);
      await tmux.press("Down");
      await tmux.type("typed");
      await tmux.untilText("$ echo typed");
    });
  });
}
