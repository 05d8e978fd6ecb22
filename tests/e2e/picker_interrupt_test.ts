/** A ctrl-c while the shell waits for the daemon: before it has the terminal, that is a signal. */
import assert from "node:assert/strict";
import type { ShellLine } from "../../src/control/shell_line.ts";
import { Door } from "../shell/_door.ts";
import { inShell, type Session, SHELLS } from "./_shell_session.ts";

/** Has the daemon answer ctrl-r until it was quick enough: a shell waits for a tenth of a second. */
async function served(
  { tmux, folder }: Session,
  pick: (line: ShellLine) => Promise<void>,
): Promise<void> {
  await using door = await Door.open();
  door.pick = pick;
  await Deno.mkdir(`${folder}/.rustory`, { recursive: true });
  await Deno.copyFile(door.path, `${folder}/.rustory/shell.door`);
  for (;;) {
    await tmux.press("C-r");
    const rows = await tmux.until((all) =>
      all.some((row) => row.includes("$ echo chosen") || row.includes("fuzzy"))
    );
    if (rows.some((row) => row.includes("$ echo chosen"))) return;
    await tmux.press("C-g");
    await tmux.until((all) => !all.some((row) => row.includes("fuzzy")));
  }
}

for (const shell of SHELLS.filter(({ name }) => name !== "fish")) {
  Deno.test(`${shell.name}: is not kept from hearing the daemon by a ctrl-c`, async () => {
    await inShell(shell, async (session) => {
      const { tmux } = session;
      const pid = Number(await tmux.format("#{pane_pid}"));
      await served(session, async (line) => {
        line.send("ok");
        if (await line.next() !== "go") return;
        Deno.kill(pid, "SIGINT");
        line.send("here");
        Deno.kill(pid, "SIGINT");
        line.send("=edit\necho chosen");
      });
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
    await inShell(shell, async (session) => {
      const tty = await session.tmux.tty();
      let seen: boolean[] = [];
      await served(session, async (line) => {
        line.send("ok");
        if (await line.next() !== "go") return;
        await stty(tty, "-isig");
        line.send("here");
        seen = [];
        for (let i = 0; i < 20 && line.isOpen; i++) {
          line.send(".");
          seen.push((await stty(tty, "-a")).includes("-isig"));
        }
        line.send("=edit\necho chosen");
      });
      assert.deepEqual(seen, Array.from({ length: 20 }, () => true));
    });
  });
}
