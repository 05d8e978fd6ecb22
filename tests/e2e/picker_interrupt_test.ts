/** A ctrl-c while the shell waits for the daemon: before it has the terminal, that is a signal. */
import assert from "node:assert/strict";
import { Door } from "../shell/_door.ts";
import { inShell, SHELLS } from "./_shell_session.ts";

for (const shell of SHELLS.filter(({ name }) => name !== "fish")) {
  Deno.test(`${shell.name}: is not kept from hearing the daemon by a ctrl-c`, async () => {
    await inShell(shell, async ({ tmux, folder }) => {
      await using door = await Door.open();
      const pid = Number(await tmux.format("#{pane_pid}"));
      door.pick = async (line): Promise<void> => {
        line.send("ok");
        await line.next();
        Deno.kill(pid, "SIGINT");
        line.send("here");
        Deno.kill(pid, "SIGINT");
        line.send("=edit\necho chosen");
      };
      await Deno.mkdir(`${folder}/.rustory`, { recursive: true });
      await Deno.copyFile(door.path, `${folder}/.rustory/shell.door`);
      await tmux.press("C-r");
      await tmux.untilText("$ echo chosen");
      // From now on it ends a line again.
      await tmux.press("C-c");
      await tmux.until((rows) => rows.findLast((row) => row !== "")?.trimEnd() === "$");
    });
  });
}

async function stty(tty: string, ...words: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("stty", { args: ["-F", tty, ...words] }).output();
  return new TextDecoder().decode(stdout);
}

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: leaves the terminal as the daemon has set it, whatever that says meanwhile`, async () => {
    await inShell(shell, async ({ tmux, folder }) => {
      await using door = await Door.open();
      const tty = await tmux.tty();
      const seen: boolean[] = [];
      door.pick = async (line): Promise<void> => {
        line.send("ok");
        await line.next();
        await stty(tty, "-isig");
        line.send("here");
        for (let i = 0; i < 20; i++) {
          line.send(".");
          seen.push((await stty(tty, "-a")).includes("-isig"));
        }
        line.send("=edit\necho chosen");
      };
      await Deno.mkdir(`${folder}/.rustory`, { recursive: true });
      await Deno.copyFile(door.path, `${folder}/.rustory/shell.door`);
      await tmux.press("C-r");
      await tmux.untilText("$ echo chosen");
      assert.deepEqual(seen, seen.map(() => true));
    });
  });
}
