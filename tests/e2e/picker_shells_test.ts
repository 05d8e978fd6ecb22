/** ctrl-r in real shells with the hook: recorded by it, found by the picker, back on the prompt. */
import assert from "node:assert/strict";
import { Tmux, until, untilFile, untilNoFile } from "./_tmux.ts";

/** How a shell starts without anybody's configuration, and what loads the hook into it. */
interface Shell {
  readonly name: "zsh" | "bash" | "fish";
  readonly start: string;
  readonly load: string;
  /** Sets the prompt to `$ `. */
  readonly prompt: string;
  /** Whether Tab in the picker runs the command; else it waits on the prompt. */
  readonly runs: boolean;
}

const SHELLS: readonly Shell[] = [
  {
    name: "zsh",
    start: "zsh -f -i",
    load: "source <(rr hook --shell zsh --up-arrow)",
    prompt: "PS1='$ ' PS2=",
    runs: true,
  },
  {
    name: "bash",
    start: "bash --norc --noprofile -i",
    load: 'eval "$(rr hook --shell bash --up-arrow)"',
    prompt: "PS1='$ ' PS2=",
    runs: false,
  },
  {
    name: "fish",
    start: "fish -i",
    load: "rr hook --shell fish --up-arrow | source",
    prompt: "set -g fish_autosuggestion_enabled 0; function fish_prompt; echo '$ '; end",
    runs: true,
  },
];

interface Session {
  readonly tmux: Tmux;
  readonly folder: string;
  /** Types a line, presses Enter and waits until what it writes to a file is there. */
  run(line: string): Promise<void>;
  /** Opens the picker and waits for it. */
  open(key: string): Promise<string[]>;
}

async function inShell(shell: Shell, test: (session: Session) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rr-test-" });
  const root = new URL("../../", import.meta.url).pathname;
  await Deno.mkdir(`${folder}/bin`);
  // Without it the first fish of a user reads all manual pages.
  await Deno.mkdir(`${folder}/.local/share/fish/generated_completions`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/bin/rr`,
    `#!/bin/sh
: >${folder}/running
"${Deno.execPath()}" run --quiet -A --config ${root}deno.json ${root}cli.ts "$@"
code=$?
rm -f ${folder}/running
exit $code
`,
    { mode: 0o755 },
  );
  await using tmux = await Tmux.start({
    command: `export PATH='${folder}/bin:${Deno.env.get("PATH")}'; exec ${shell.start}`,
    columns: 90,
    rows: 24,
    env: {
      HOME: folder,
      DENO_DIR: denoDir(),
      RUSTORY_DEVICE_ID: "test-device",
      LANG: "C.UTF-8",
      HISTFILE: "/dev/null",
    },
  });
  let count = 0;
  try {
    await tmux.until((rows) => rows.some((row) => /[%$#>] *$/.test(row)));
    const session: Session = {
      tmux,
      folder,
      async run(line): Promise<void> {
        const marker = `${folder}/done-${count++}`;
        await tmux.type(`${line} ; : >${marker}`);
        await tmux.press("Enter");
        await untilFile(marker);
      },
      async open(key): Promise<string[]> {
        await tmux.press(key);
        return await tmux.until((rows) => rows.some((row) => /(fuzzy|prefix), all {2}/.test(row)));
      },
    };
    await session.run(` ${shell.prompt}`);
    await session.run(` ${shell.load}`);
    await tmux.press("C-l");
    await tmux.until((rows) => rows[0]?.trimEnd() === "$" && rows[1] === "");
    await test(session);
  } finally {
    await tmux.kill();
    await Deno.remove(folder, { recursive: true });
  }
}

function denoDir(): string {
  const own = Deno.env.get("DENO_DIR");
  if (own) return own;
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

for (const shell of SHELLS) {
  const { name, runs } = shell;

  Deno.test(`${name}: ctrl-r finds what was recorded and puts it on the prompt, newlines and all`, async () => {
    await inShell(shell, async ({ tmux, open }) => {
      for (const line of ["echo 'one", "two'"]) {
        await tmux.type(line);
        await tmux.press("Enter");
      }
      await tmux.until((rows) => rows.filter((row) => row === "two").length === 1);
      await tmux.type("one");
      const rows = await open("C-r");
      assert.ok(rows.some((row) => row.startsWith("> one")), rows.join("\n"));
      await tmux.untilText("echo 'one↵two'");
      await tmux.press("Enter");
      await tmux.until((all) => !all.some((row) => row.includes("fuzzy")));
      await tmux.press("Enter");
      await tmux.until((all) => all.filter((row) => row === "two").length === 2);
    });
  });

  Deno.test(`${name}: Esc leaves the line as it was`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run("echo a");
      await tmux.press("C-l");
      await tmux.type("half a li");
      await open("C-r");
      await tmux.press("Escape");
      await untilNoFile(`${folder}/running`);
      const rows = await tmux.until((all) => all[0]?.trimEnd() === "$ half a li");
      assert.ok(rows.slice(1).every((row) => row === ""), rows.join("\n"));
      await tmux.type("ne");
      await tmux.untilText("$ half a line");
    });
  });

  Deno.test(`${name}: Tab in the picker ${runs ? "runs" : "puts"} the command`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run(`echo x >>${folder}/count`);
      await tmux.type("count");
      await open("C-r");
      await tmux.untilText("nt ; : >"); // the end of the command, in the preview
      await tmux.press("Tab");
      await tmux.until((all) => !all.some((row) => row.includes("fuzzy")));
      if (!runs) await tmux.press("Enter");
      const count = (): string => Deno.readTextFileSync(`${folder}/count`);
      await until("the second run", () => count() === "x\nx\n");
    });
  });

  Deno.test(`${name}: Up walks this session, Down leaves, and ctrl-d deletes`, async () => {
    await inShell(shell, async ({ tmux, folder, run, open }) => {
      await run("echo first");
      await run("echo second");
      await tmux.press("C-l");
      await open("Up");
      await tmux.until((rows) => rows.some((row) => /^> .*echo second/.test(row)));
      await tmux.press("Up");
      await tmux.until((rows) => rows.some((row) => /^> .*echo first/.test(row)));
      await tmux.press("C-d");
      await tmux.untilText("Delete its 1 run here? y/n");
      await tmux.type("y");
      await tmux.untilText("Deleted 1 run");
      await tmux.until((rows) => !rows.some((row) => row.includes("echo first")));
      await tmux.press("Down", "Down");
      await tmux.until((rows) => !rows.some((row) => row.includes("prefix")));
      // A process in the background writes the file anew, so that the text is nowhere in it.
      await until(
        "the end of the text",
        () => !bytesBelow(`${folder}/.rustory`).includes("echo first"),
      );
      assert.ok(bytesBelow(`${folder}/.rustory`).includes("echo second"));
    });
  });
}

/** All bytes of all files below a folder, as text of one letter a byte. */
function bytesBelow(folder: string): string {
  let all = "";
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) all += bytesBelow(`${folder}/${name}`);
    else all += readIfThere(`${folder}/${name}`);
  }
  return all;
}

// A log file of SQLite may go while the folder is read.
function readIfThere(path: string): string {
  try {
    return new TextDecoder("latin1").decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
