/**
 * How long the line editor of zsh waits for an answer of the daemon, from the question to its last byte,
 * a connection for each as in life: what goes on from some letters, the guess at a new prompt with a
 * command that was just recorded, and a page of Up.
 *
 *     deno run --allow-read --allow-write --allow-run --allow-env --allow-sys \
 *       tests/bench/suggest_bench.ts [entries] [rounds]
 *
 * Aim: below 5 ms at the median, at 100,000 entries and more. Needs zsh.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { systemClock } from "../../src/base/clock.ts";
import { zshDoor } from "../../src/shell/zsh/door.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { generateHistory } from "../fakes/history_generator.ts";
import { fill } from "./_fill.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
/** Typed letter by letter; the last is in no history. */
const WORDS = ["git status", "docker compose up", "cargo build", "zzqx"];

const entries = Number(Deno.args[0] ?? 100_000);
const rounds = Number(Deno.args[1] ?? 100);
const home = Deno.makeTempDirSync({ prefix: "rr-bench-" });
let daemon: Deno.ChildProcess | undefined;
try {
  const door = `${home}/.rustory/shell.door`;
  await makeHistory(`${home}/.rustory/history.db`);
  daemon = startDaemon();
  while (denoFiles().stat(door) === undefined) await systemClock().sleep(50);
  // Until its network is up.
  await systemClock().sleep(5_000);
  const load = Deno.loadavg()[0]!.toFixed(1);
  console.log(`${entries} entries, ${rounds} rounds, load ${load}, milliseconds in zsh`);
  for (const [what, ms] of measure(door)) {
    console.log(`${what.padEnd(12)} median ${at(ms, 0.5)}  p95 ${at(ms, 0.95)}  most ${at(ms, 1)}`);
  }
} finally {
  daemon?.kill("SIGKILL");
  await daemon?.status;
  Deno.removeSync(home, { recursive: true });
}

async function makeHistory(path: string): Promise<void> {
  Deno.mkdirSync(`${home}/.rustory`, { mode: 0o700 });
  using history = openHistory(path, { files: denoFiles(), clock: systemClock() });
  await fill(history, generateHistory(entries, { uniqueShare: 0.385 }));
  while (history.index.catchUp() > 0);
}

function startDaemon(): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--config", CONFIG, CLI, "p2p-sync", "--watch", "--no-serve"],
    env: { HOME: home, DENO_DIR: denoFolder() },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

function denoFolder(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Milliseconds of each kind of question. */
function measure(door: string): Map<string, number[]> {
  const letters = WORDS.flatMap((word) => Array.from(word, (_, i) => word.slice(0, i + 1)));
  const script = `zmodload zsh/datetime zsh/net/tcp zsh/mathfunc
${zshDoor(door)}
local session=1-1-1 spool=${home}/.rustory/spool/1-1-1.spool
local -a reply words=(${letters.map((word) => `'${word}'`).join(" ")})
local -i n=0
local -F begun
ask() {
  begun=$EPOCHREALTIME
  __rustory_question 5 "\${@:2}" || { print -u2 'no answer'; exit 1 }
  print -r -- $1 $(( (EPOCHREALTIME - begun) * 1000 ))
}
repeat 3 ask first suggest $session /w ''
repeat ${rounds} {
  (( ++n ))
  printf '\\x1err1\\0%s\\0%s\\0%s\\0%s\\0zsh\\0host\\0/w\\0%s\\0\\n' $n $(( int(EPOCHREALTIME * 1000) )) 5 0 "ls $(( n % 7 ))" >>$spool
  ask prompt suggest $session /w ''
  ask letter suggest $session /w $words[n%$#words+1]
  ask up earlier $session '' 0
}
`;
  const { success, stdout, stderr } = new Deno.Command("zsh", {
    args: ["-f", "-c", `() { ${script} }`],
  })
    .outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const times = new Map<string, number[]>();
  for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
    const [what, ms] = line.split(" ") as [string, string];
    if (what === "first") continue;
    times.set(what, [...times.get(what) ?? [], Number(ms)]);
  }
  return times;
}

function at(ms: readonly number[], share: number): string {
  const sorted = ms.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
}
