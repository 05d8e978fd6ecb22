/** What a person chose about the picker, in real shells: as a process and as the daemon paints it. */
import assert from "node:assert/strict";
import { Daemon, openByDaemon } from "./_daemon.ts";
import { inShell, modesOf, pickerOf, type Session, SHELLS } from "./_shell_session.ts";
import { untilFile, untilNoFile } from "./_tmux.ts";

async function configure({ folder }: Session, ...lines: string[]): Promise<void> {
  await Deno.mkdir(`${folder}/.config/rustory`, { recursive: true });
  await Deno.writeTextFile(`${folder}/.config/rustory/config.toml`, `${lines.join("\n")}\n`);
}

const SMALL = [
  'picker_height = "9"',
  'picker_prompt = "bottom"',
  'picker_columns = ["none"]',
  'picker_keys = ["ctrl-f=leave", "f10=details"]',
];

/** Opens it below the prompt in the first row, and looks at what {@linkcode SMALL} says. */
async function assertSmall({ tmux, open }: Session): Promise<void> {
  await open("C-r");
  const rows = await tmux.until((all) =>
    all.some((row) => /F10 details/.test(row)) && all.some((row) => row.startsWith("> echo one"))
  );
  const typing = rows.findIndex((row) => /^> ech .*fuzzy, all/.test(row));
  const keys = rows.findIndex((row) => /^enter edit.*F10 details/.test(row));
  assert.deepEqual([typing, keys], [8, 9], rows.join("\n"));
}

/** The line, the screen and the terminal are as they were, and the shell goes on. */
async function assertAsBefore({ tmux }: Session, modes: string): Promise<void> {
  await tmux.until((all) => !all.some((row) => /fuzzy|enter edit/.test(row)));
  await tmux.type("x");
  const rows = await tmux.until((all) => all.some((row) => row === "$ echx"));
  assert.deepEqual(rows.filter((row) => row !== ""), ["$ echx"]);
  assert.equal(await modesOf(tmux), modes);
  assert.equal(await tmux.format("#{wrap_flag} #{cursor_flag} #{alternate_on}"), "1 1 0");
  await tmux.press("BSpace");
  await tmux.until((all) => all.some((row) => row === "$ ech"));
}

async function begin(session: Session): Promise<string> {
  const { tmux, run } = session;
  await run("echo one");
  await tmux.press("C-l");
  await tmux.type("ech");
  await tmux.untilText("$ ech");
  return await modesOf(tmux);
}

for (const shell of SHELLS) {
  Deno.test(`${shell.name}: the picker is as the config says, and a killed one leaves nothing`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, folder, open } = session;
      const before = await begin(session);
      await configure(session, ...SMALL);
      await assertSmall(session);
      for (const [columns, rows] of [[60, 40], [60, 10], [90, 24]] as const) {
        await tmux.resize(columns, rows);
        await tmux.until((all) =>
          all.length === rows && all.some((row) => /^> ech .*fuzzy, all/.test(row))
        );
      }
      await tmux.press("C-f");
      await untilNoFile(`${folder}/running`);
      await assertAsBefore(session, before);
      for (const height of ["full", "9"]) {
        await configure(session, `picker_height = "${height}"`);
        await open("C-r");
        assert.equal(await tmux.format("#{alternate_on}"), height === "full" ? "1" : "0");
        Deno.kill(await pickerOf(folder), "SIGKILL");
        await untilNoFile(`${folder}/running`);
        await assertAsBefore(session, before);
      }
    });
  });

  Deno.test(`${shell.name}: an rr that fails before it shows anything leaves the screen as it was`, async () => {
    await inShell(shell, async ({ tmux, folder, run }) => {
      await run("seq 101 105");
      await Deno.writeTextFile(`${folder}/bin/rr`, `#!/bin/sh\n: >${folder}/failed\nexit 3\n`);
      await tmux.type("half");
      await tmux.untilText("$ half");
      const before = (await tmux.screen()).filter((row) => row !== "");
      await tmux.press("C-r");
      await untilFile(`${folder}/failed`);
      await tmux.type("x");
      await tmux.untilText("$ halfx");
      await tmux.press("BSpace");
      await tmux.until((rows) => rows.some((row) => row === "$ half"));
      assert.deepEqual((await tmux.screen()).filter((row) => row !== ""), before);
    });
  });

  Deno.test(`${shell.name}: the daemon paints as the config says at each ctrl-r`, async () => {
    await inShell(shell, async (session) => {
      const { tmux, open } = session;
      const before = await begin(session);
      await using daemon = await Daemon.start(session);
      await configure(session, ...SMALL);
      await assertSmall(session);
      await tmux.press("C-f");
      await assertAsBefore(session, before);
      await configure(session, 'picker_height = "full"');
      await open("C-r");
      assert.equal(await tmux.format("#{alternate_on}"), "1");
      await tmux.press("C-g");
      await assertAsBefore(session, before);
      await openByDaemon(session);
      daemon.signal("SIGKILL");
      await assertAsBefore(session, before);
    });
  });
}
