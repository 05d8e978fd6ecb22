/**
 * What a command costs in a shell with the hook, from Enter to the command and from its end to the
 * prompt, against what other programs do there: start a process and wait for it (once or twice), or
 * start one in the background.
 *
 *     deno run --allow-read --allow-write --allow-run --allow-env tests/bench/hook_bench.ts [rounds]
 *
 * Each shell times itself; the ways take turns. `/bin/true` stands for the process: the cheapest there is.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { bashHook } from "../../src/shell/hook_bash.ts";
import { fishHook } from "../../src/shell/hook_fish.ts";
import { zshHook } from "../../src/shell/hook_zsh.ts";

const rounds = Number(Deno.args[0] ?? 1000);
const home = Deno.makeTempDirSync({ prefix: "rr-bench-" });
Deno.mkdirSync(`${home}/spool`, { mode: 0o700 });
const options = { folder: `${home}/spool`, scratch: home, program: ["rr"], upArrow: false };

const ZSH = `
zmodload zsh/datetime
way_hook() { __rustory_added "$1"; __rustory_preexec "$1" "$1" "$1"; __rustory_precmd }
way_wait() { local x=$(/bin/true); }
way_wait_twice() { local x=$(/bin/true); x=$(/bin/true) }
way_background() { (/bin/true "$1" &) }
for i in {1..${rounds}}; do
  for way in hook wait wait_twice background; do
    float t=$EPOCHREALTIME
    way_$way "git commit -m 'message number $i'"
    printf '%s %.1f\\n' $way $(( (EPOCHREALTIME - t) * 1e6 ))
  done
done`;
const BASH = `
set -o history; HISTCONTROL=ignoreboth; HISTSIZE=5000
way_hook() { : "\${PS0@P}"; eval "\${PROMPT_COMMAND[0]}"; }
way_hook first; way_hook second
way_wait() { local x=$(/bin/true); }
way_wait_twice() { local x=$(/bin/true); x=$(/bin/true); }
way_background() { (/bin/true "$1" &) }
for ((i = 1; i <= ${rounds}; i++)); do
  history -s "git commit -m 'message number $i'"
  for way in hook wait wait_twice background; do
    t=\${EPOCHREALTIME//[!0-9]/}
    way_$way "x" 2>/dev/null
    printf '%s %s\\n' $way $((\${EPOCHREALTIME//[!0-9]/} - t))
  done
done`;
// fish has no clock: it is asked for around every 20 rounds.
const FISH = `
function way_hook; __rustory_preexec $argv[1]; __rustory_postexec $argv[1]; end
function way_wait; set -l x (/bin/true); end
function way_wait_twice; set -l x (/bin/true); set -l x (/bin/true); end
function way_background; /bin/true & disown; end
for i in (seq ${Math.ceil(rounds / 20)})
  for way in hook wait wait_twice background
    set -l t (date +%s%N)
    for j in (seq 20); way_$way "git commit -m 'message number $i $j'"; end
    echo $way (math "($(date +%s%N) - $t) / 20000")
  end
end 2>/dev/null`;

try {
  await measure("zsh", zshHook(options) + ZSH, ["-d", "-f", "-i"]);
  await measure("bash", bashHook(options) + BASH, ["--norc", "--noprofile", "-i"]);
  await measure("fish", fishHook(options) + FISH, ["-i"]);
} finally {
  Deno.removeSync(home, { recursive: true });
}

async function measure(shell: string, script: string, args: string[]): Promise<void> {
  const path = `${home}/script.${shell}`;
  Deno.writeTextFileSync(path, script);
  const { stdout, success } = await new Deno.Command(shell, {
    args: [...args, path],
    env: { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, TERM: "dumb" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output().catch(() => ({ stdout: new Uint8Array(), success: false }));
  if (!success) return console.log(`${shell}: not here`);
  const times = new Map<string, number[]>();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [way, us] = line.split(" ");
    if (way === undefined || !(Number(us) >= 0)) continue;
    times.set(way, [...times.get(way) ?? [], Number(us)]);
  }
  const base = median(times.get("hook") ?? []);
  for (const [way, list] of times) {
    const p99 = quantile(list, 0.99);
    const ratio = (median(list) / base).toFixed(1);
    console.log(
      `${shell} ${way.padEnd(10)} median ${median(list).toFixed(0)} us, p99 ${
        p99.toFixed(0)
      } us, x${ratio}`,
    );
  }
}

function median(list: readonly number[]): number {
  return quantile(list, 0.5);
}

function quantile(list: readonly number[], q: number): number {
  return list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ??
    NaN;
}
