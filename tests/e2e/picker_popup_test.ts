/** The picker in a window of tmux (`picker_popup`), seen through a tmux that shows the shell's own. */
import assert from "node:assert/strict";
import { Daemon } from "./_daemon.ts";
import { inShell, type Session, SHELLS } from "./_shell_session.ts";
import { Tmux, until, untilNoFile } from "./_tmux.ts";

async function prepare({ tmux, folder, run }: Session): Promise<void> {
  await run("echo one");
  await Deno.mkdir(`${folder}/.config/rustory`, { recursive: true });
  await Deno.writeTextFile(`${folder}/.config/rustory/config.toml`, "picker_popup = true\n");
  await tmux.press("C-l");
  await tmux.type("ech");
  await tmux.untilText("$ ech");
}

const isPicker = (rows: string[]): boolean =>
  rows.some((row) => /│.*> ech .*fuzzy, all/.test(row)) && rows.some((row) => /echo one/.test(row));

function popupFiles(folder: string): string[] {
  const names = [...Deno.readDirSync(`${folder}/.rustory`)].map(({ name }) => name);
  return names.filter((name) => name.startsWith("popup"));
}

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: the picker opens over the shell's window in tmux, also beside a daemon`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder } = session;
      await prepare(session);
      await using seen = await Tmux.start({ command: tmux.attachCommand(), columns: 90, rows: 25 });
      await seen.untilText("$ ech");
      await tmux.press("C-r");
      const rows = await seen.until(isPicker);
      assert.ok(rows.some((row) => row.startsWith("$ ech")) || shell.name === "bash");
      assert.ok(!(await tmux.screen()).some((row) => row.includes("fuzzy")));
      await seen.press("Escape");
      await untilNoFile(`${folder}/running`);
      await tmux.until((all) => all[0] === "$ ech" && all[1] === "");
      await using _daemon = await Daemon.start(session);
      await tmux.press("C-r");
      await seen.until(isPicker);
      await seen.press("Tab");
      await tmux.until((all) => all[0]!.startsWith("$ echo one ; :"));
      assert.deepEqual(popupFiles(folder), []);
    });
  });

  Deno.test(`${shell.name}: with a tmux that knows no such windows the picker opens in place`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder, open } = session;
      await Deno.writeTextFile(
        `${folder}/bin/tmux`,
        "#!/bin/sh\necho 'unknown command: display-popup' >&2\nexit 1\n",
        { mode: 0o755 },
      );
      await prepare(session);
      await open("C-r");
      await tmux.press("C-g");
      await untilNoFile(`${folder}/running`);
      const rows = await tmux.until((all) => all[0] === "$ ech");
      assert.deepEqual(rows.filter((row) => row !== ""), ["$ ech"]);
    });
  });
}

Deno.test("the picker over a window of tmux goes with the shell that opened it, and leaves nothing", async () => {
  await inShell(SHELLS[0]!, async (session) => {
    const { tmux, folder } = session;
    await prepare(session);
    await using seen = await Tmux.start({ command: tmux.attachCommand(), columns: 90, rows: 25 });
    await seen.untilText("$ ech");
    await tmux.press("C-r");
    await seen.until(isPicker);
    assert.equal(popupFiles(folder).length, 3);
    await tmux.closeFor("echo another one; exec cat");
    await seen.until((rows) =>
      rows[0]!.startsWith("another one") && !rows.some((row) => row.includes("fuzzy"))
    );
    await until("the end of its files", () => popupFiles(folder).length === 0);
    // It may still write to the history that is removed next.
    await until("the end of the picker", async () => {
      const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "args="] }).output();
      return !new TextDecoder().decode(stdout).includes(`--db-path ${folder}`);
    });
  });
});
