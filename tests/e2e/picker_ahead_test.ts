/** What is typed behind the choice before the shell reads again: it is the shell's. */
import { Daemon } from "./_daemon.ts";
import { inShell, type Session, SHELLS } from "./_shell_session.ts";
import { untilFile as untilThere, untilNoFile } from "./_tmux.ts";

/** Enter, and more in the same piece; Esc, and more well within the time in which Esc is doubtful. */
async function assertNothingLost({ tmux, folder, run, open }: Session): Promise<void> {
  await run("echo one");
  await tmux.press("C-l");
  await tmux.type("echo o");
  await open("C-r");
  await tmux.untilText(/> .*echo one/);
  await tmux.type("\r # behind é");
  await tmux.until((rows) => /^\$ echo one .*# behind é$/.test(rows.join("")));
  await tmux.press("C-u");
  await untilNoFile(`${folder}/running`);
  await tmux.type("ha");
  await tmux.until((rows) => rows.some((row) => row === "$ ha"));
  await open("C-r");
  await tmux.press("Escape");
  await tmux.type("lf a line");
  await tmux.until((rows) => rows.some((row) => row === "$ half a line"));
  await tmux.press("C-u");
  await untilNoFile(`${folder}/running`);
}

/** A line that is chosen, ended and followed by another one, all at once. */
async function assertLinesRun({ tmux, folder, open }: Session): Promise<void> {
  await tmux.type("echo o");
  await open("C-r");
  await tmux.untilText(/> .*echo one/);
  await tmux.type(`\r; echo >${folder}/first\recho >${folder}/second\r`);
  await untilThere(`${folder}/first`);
  await untilThere(`${folder}/second`);
}

for (const shell of SHELLS) {
  for (const painter of ["process", "daemon"] as const) {
    Deno.test(`${shell.name}: what is typed behind a choice reaches the shell (${painter})`, async () => {
      await inShell(shell, async (session) => {
        await using stack = new AsyncDisposableStack();
        if (painter === "daemon") stack.use(await Daemon.start(session));
        await assertNothingLost(session);
        // fish takes no keys back: its own reader gets text and one Enter.
        if (shell.name !== "fish") await assertLinesRun(session);
      });
    });
  }
}
