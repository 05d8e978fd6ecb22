/**
 * What the hook costs, in real shells on pseudo-terminals beside the bare shell, in one run: from Enter
 * to the next prompt, and from the start of the shell to the first one. A third shell of each kind
 * starts one process before and one after each command, as other programs do.
 *
 *     deno run --allow-all tests/bench/hook_bench.ts [rounds] [starts] [shell...]
 *
 * The shells take turns; a cost is the difference of two medians, or of two 99th percentiles, of the
 * same run. "work" is what the shell itself computed for a command, which a busy machine does not
 * change much. `/bin/true` stands for the process: the cheapest there is. Needs python3.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { COMPLETIONS } from "../../src/shell/completions.ts";
import type { HookOptions, ShellName } from "../../src/shell/hook.ts";
import { bashHook } from "../../src/shell/hook_bash.ts";
import { fishHook } from "../../src/shell/hook_fish.ts";
import { zshHook } from "../../src/shell/hook_zsh.ts";

/** Start-up files: `bare` with the mark that the bench waits for, `process` to be added to it. */
interface Kind {
  readonly hook: (options: HookOptions) => string;
  readonly file: string;
  readonly argv: readonly string[];
  readonly bare: string;
  readonly process: string;
}

const MARK = "\\033]777;%s\\007";
const SHELLS: Record<ShellName, Kind> = {
  bash: {
    hook: bashHook,
    file: ".bashrc",
    argv: ["bash", "--noprofile", "-i"],
    bare: `PS1='$ '; HISTCONTROL=ignoreboth; _marks=0
PROMPT_COMMAND='\\builtin printf "${MARK}" "$((++_marks))"'`,
    process: `PS0='$(/bin/true)'; PROMPT_COMMAND='/bin/true'$'\\n'$PROMPT_COMMAND`,
  },
  zsh: {
    hook: zshHook,
    file: ".zshrc",
    argv: ["zsh", "-d", "-i"],
    bare: `PS1='$ '; unsetopt prompt_sp prompt_cr; HISTFILE=~/.history HISTSIZE=5000 SAVEHIST=5000
_marks=0; _mark() { printf '${MARK}' $((++_marks)) }; precmd_functions=(_mark)`,
    process: `_run() { /bin/true }; preexec_functions=(_run); precmd_functions=(_run _mark)`,
  },
  fish: {
    hook: fishHook,
    file: "config/fish/config.fish",
    argv: ["fish"],
    bare: `function fish_greeting; end; function fish_title; end
function fish_prompt; printf '$ '; end
set -g _marks 0
function _mark --on-event fish_prompt; set _marks (math $_marks + 1); printf '${MARK}' $_marks; end`,
    process: `function _pre --on-event fish_preexec; /bin/true; end
function _post --on-event fish_postexec; /bin/true; end`,
  },
};
const WAYS = ["bare", "hook", "process"] as const;
type Way = typeof WAYS[number];
type Times = Record<string, Record<"prompt" | "start" | "cpu", readonly number[]>>;

const rounds = Number(Deno.args[0] ?? 500);
const starts = Number(Deno.args[1] ?? 30);
const root = Deno.makeTempDirSync({ prefix: "rr-bench-" });
// In memory, as the folder of a login is.
const runtime = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "rr-bench-" });
try {
  console.log(`load before: ${load()}, ${rounds} commands and ${starts} starts of each`);
  for (const shell of (["zsh", "bash", "fish"] as const).filter(isWanted)) {
    report(shell, await measure(WAYS.map((way) => prepare(shell, way))));
  }
  console.log(`load after: ${load()}`);
} finally {
  Deno.removeSync(root, { recursive: true });
  Deno.removeSync(runtime, { recursive: true });
}

function isWanted(shell: ShellName): boolean {
  return Deno.args.length < 3 || Deno.args.includes(shell, 2);
}

function prepare(shell: ShellName, way: Way): object {
  const home = `${root}/${shell}-${way}`;
  const kind = SHELLS[shell];
  Deno.mkdirSync(`${home}/spool`, { recursive: true, mode: 0o700 });
  // Without the folder, the first fish of a user starts a scan of all manual pages.
  Deno.mkdirSync(`${home}/data/fish/generated_completions`, { recursive: true });
  Deno.mkdirSync(`${home}/config/fish`, { recursive: true });
  const options = { folder: `${home}/spool`, program: ["rr"], upArrow: false };
  Deno.writeTextFileSync(`${home}/hook`, `${kind.hook(options)}\n${COMPLETIONS[shell]}`);
  const more = { bare: "", hook: "source ~/hook", process: kind.process };
  Deno.writeTextFileSync(`${home}/${kind.file}`, `${kind.bare}\n${more[way]}\n`);
  const env = {
    PATH: Deno.env.get("PATH"),
    HOME: home,
    ZDOTDIR: home,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_DATA_HOME: `${home}/data`,
    XDG_RUNTIME_DIR: runtime,
    TERM: "xterm",
    LC_ALL: "C.UTF-8",
  };
  return { name: way, argv: kind.argv, env, cwd: home };
}

async function measure(cases: readonly object[]): Promise<Times> {
  const driver = new URL("pty_prompts.py", import.meta.url).pathname;
  const child = new Deno.Command("python3", {
    args: [driver, `${rounds}`, `${starts}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(cases)));
  await writer.close();
  const { stdout, success } = await child.output();
  if (!success) throw new Error("The shells could not be measured");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function report(shell: ShellName, times: Times): void {
  const rows: readonly (readonly [string, keyof Times[string], number])[] = [
    ["prompt", "prompt", 0.5],
    ["p99", "prompt", 0.99],
    ["work", "cpu", 0.5],
    ["p99", "cpu", 0.99],
    ["start", "start", 0.5],
  ];
  for (const way of WAYS) {
    const figures = rows.map(([name, what, q]) => {
      const [ms, bare] = [quantile(times[way]![what], q), quantile(times["bare"]![what], q)];
      const above = way === "bare" ? "" : ` (${signed(ms - bare)}, x${(ms / bare).toFixed(1)})`;
      return `${name} ${ms.toFixed(2)}${above}`;
    });
    console.log(`${shell.padEnd(4)} ${way.padEnd(7)} ms: ${figures.join("  ")}`);
  }
}

function signed(ms: number): string {
  return `${ms < 0 ? "" : "+"}${ms.toFixed(2)}`;
}

function load(): string {
  return Deno.loadavg()[0]!.toFixed(1);
}

function quantile(list: readonly number[], q: number): number {
  return list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))]!;
}
