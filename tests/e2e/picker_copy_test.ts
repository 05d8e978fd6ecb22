/** Copying in the picker, in a tmux that nobody has configured: it takes nothing by OSC 52. */
import assert from "node:assert/strict";
import { Daemon } from "./_daemon.ts";
import { inShell, type Session, SHELLS } from "./_shell_session.ts";

async function copyOf({ tmux, open }: Session, query: string): Promise<string> {
  await tmux.type(query);
  await open("C-r");
  await tmux.press("C-y");
  await tmux.untilText("Copied to the clipboard, and to tmux");
  await tmux.press("C-g");
  await tmux.until((rows) => !rows.some((row) => row.includes("fuzzy")));
  await tmux.press("C-u");
  return await tmux.buffer();
}

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: tmux has what was copied in the picker of a process, and of the daemon`, async () => {
    await inShell(shell, async (session) => {
      await session.run("echo one");
      await session.run("echo two");
      assert.match(await copyOf(session, "echo on"), /^echo one ; : /);
      await using _daemon = await Daemon.start(session);
      assert.match(await copyOf(session, "echo tw"), /^echo two ; : /);
    });
  });
}
