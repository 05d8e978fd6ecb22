/** Real shells in tmux, with the hook. */
import { Tmux, untilFile } from "./_tmux.ts";

/** How a shell starts without anybody's configuration, and what loads the hook into it. */
export interface Shell {
  readonly name: "zsh" | "bash" | "fish";
  readonly start: string;
  readonly load: string;
  /** Sets the prompt to `$ `. */
  readonly prompt: string;
}

/** The three. */
export const SHELLS: readonly Shell[] = [
  {
    name: "zsh",
    start: "zsh -f -i",
    load: "source <(rr hook --shell zsh --up-arrow)",
    prompt: "PS1='$ ' PS2=",
  },
  {
    name: "bash",
    start: "bash --norc --noprofile -i",
    load: 'eval "$(rr hook --shell bash --up-arrow)"',
    prompt: "PS1='$ ' PS2=",
  },
  {
    name: "fish",
    start: "fish -i",
    load: "rr hook --shell fish --up-arrow | source",
    prompt: "set -g fish_autosuggestion_enabled 0; function fish_prompt; echo '$ '; end",
  },
];

/** A shell in a terminal with the hook loaded, and a `rr` that runs from the sources. */
export interface Session {
  readonly tmux: Tmux;
  readonly folder: string;
  /** Types a line, presses Enter and waits until what it writes to a file is there. */
  run(line: string): Promise<void>;
  /** Opens the picker and waits for it. */
  open(key: string): Promise<string[]>;
}

/** Starts the shell with a home of its own, and ends it. */
export async function inShell(
  shell: Shell,
  test: (session: Session) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rr-test-" });
  const root = new URL("../../", import.meta.url).pathname;
  await Deno.mkdir(`${folder}/bin`);
  // Without it the first fish of a user reads all manual pages.
  await Deno.mkdir(`${folder}/.local/share/fish/generated_completions`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/bin/rr`,
    `#!/bin/sh
: >${folder}/running
echo $$ >${folder}/shell-of-rr
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
        // Keys that come before the prompt are echoed by the terminal, and ctrl-r is none of the editor's yet.
        await tmux.until((rows) =>
          /[%$#>] *$/.test(rows.findLast((row) => row.trim() !== "") ?? "")
        );
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

/** The settings of the terminal while the line editor waits. */
export async function modesOf(tmux: Tmux): Promise<string> {
  const { stdout } = await new Deno.Command("stty", { args: ["-g", "-F", await tmux.tty()] })
    .output();
  return new TextDecoder().decode(stdout);
}

/** The process that shows the picker: what the `rr` of the session in that folder runs. */
export async function pickerOf(folder: string): Promise<number> {
  const parent = (await untilFile(`${folder}/shell-of-rr`)).trim();
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=", "--ppid", parent] })
    .output();
  return Number(new TextDecoder().decode(stdout).trim());
}

/** Where modules are cached, whatever HOME is. */
export function denoDir(): string {
  const own = Deno.env.get("DENO_DIR");
  if (own) return own;
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
