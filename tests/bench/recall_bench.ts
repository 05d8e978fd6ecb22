/**
 * How soon the wanted command is at the top: `deno task bench recall [--all] [folder or file]...`.
 *
 * Replays histories: of zsh, bash or fish (`fish_history`, `*.fish`), or one command a line, oldest first.
 * Of the last four fifths some 400 places a user are looked at, evenly spread, with `--all` every one. Where
 * the command there had occurred before, all distinct earlier commands are ranked for an empty query, by what
 * stands before that place alone. 400 places a user give the mean of five to .01; rankings in one run are
 * compared at the same places. "keys until" are letters of the wanted command
 * typed, in the order of the ranking among those that hold what was typed, until it is first, or within
 * eight rows. Times, folders and statuses are not used: most histories have none.
 *
 * `mcfly-like` is a plain sum of what the net of mcfly looks at: how old, how often, after how many of the
 * last three commands, right after the last one. Its trained weights are not used.
 */
import { parseBashHistory } from "../../src/import/formats/bash.ts";
import { parseFishHistory } from "../../src/import/formats/fish.ts";
import { parseZshHistory } from "../../src/import/formats/zsh.ts";
import { rankCommands } from "../../src/search/ranking/rank_commands.ts";
import { RECENT_RUNS } from "../../src/store/index/recent_runs.ts";
import { ROOT, say } from "../../scripts/tools.ts";

const POSITIONS = 400;
const ROWS = 8;
const HALF_LIFE = 300;

type Ranking = (seen: readonly number[]) => number[];

const RANKINGS: Readonly<Record<string, Ranking>> = {
  recency: (seen) => [...lastUses(seen)].sort((a, b) => b[1] - a[1]).map(([command]) => command),
  frecency: (seen) => sortedBy(seen, frecencies(seen)),
  markov: (seen) => sortedBy(seen, followers(seen)),
  "mcfly-like": (seen) => sortedBy(seen, contextSums(seen)),
  ours,
};

/** As the picker: the newest runs are ranked, what was run before them follows by age. */
function ours(seen: readonly number[]): number[] {
  const recent = seen.slice(-RECENT_RUNS);
  const none = new Uint8Array(recent.length);
  const ranked = rankCommands(
    { commands: recent, sessions: none, places: none, exitCodes: none },
    { session: -1, ownHost: 0, hostOf: () => 0, nearness: () => 0 },
  );
  return [...new Set([...ranked, ...seen.slice(0, -RECENT_RUNS).reverse()])];
}

function lastUses(seen: readonly number[]): Map<number, number> {
  return new Map(seen.map((command, i) => [command, i]));
}

function sortedBy(seen: readonly number[], scores: ReadonlyMap<number, number>): number[] {
  const score = (command: number): number => scores.get(command) ?? 0;
  return [...lastUses(seen)].sort((a, b) => score(b[0]) - score(a[0]) || b[1] - a[1])
    .map(([command]) => command);
}

function frecencies(seen: readonly number[]): Map<number, number> {
  const sums = new Map<number, number>();
  seen.forEach((command, i) => {
    const weight = Math.pow(0.5, (seen.length - i) / HALF_LIFE);
    sums.set(command, (sums.get(command) ?? 0) + weight);
  });
  return sums;
}

function followers(seen: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 1; i < seen.length; i++) {
    if (seen[i - 1] === seen.at(-1)) counts.set(seen[i]!, (counts.get(seen[i]!) ?? 0) + 1);
  }
  return counts;
}

function contextSums(seen: readonly number[]): Map<number, number> {
  const sums = new Map<number, { uses: number; overlap: number; next: number; last: number }>();
  const latest = new Set(seen.slice(-LOOK_BACK));
  seen.forEach((command, i) => {
    const known = sums.get(command) ?? { uses: 0, overlap: 0, next: 0, last: 0 };
    const before = new Set(seen.slice(Math.max(0, i - LOOK_BACK), i));
    known.uses++;
    known.overlap += [...before].filter((one) => latest.has(one)).length / LOOK_BACK;
    if (i > 0 && seen[i - 1] === seen.at(-1)) known.next++;
    known.last = i;
    sums.set(command, known);
  });
  const most = Math.max(...[...sums.values()].map(({ uses }) => uses));
  return new Map([...sums].map(([command, { uses, overlap, next, last }]) => {
    return [command, (uses + overlap + next) / most - (seen.length - last) / seen.length];
  }));
}

const LOOK_BACK = 3;

interface Result {
  hit1: number;
  hit5: number;
  mrr: number;
  keysFirst: number;
  keysRows: number;
  ms: number;
}

function replay(lines: readonly string[], rank: Ranking): Result {
  const { numbers, texts } = numbered(lines);
  const places = wantedPlaces(numbers);
  const sum = { hit1: 0, hit5: 0, mrr: 0, keysFirst: 0, keysRows: 0, ms: 0 };
  for (const at of places) {
    const began = performance.now();
    const order = rank(numbers.slice(0, at));
    sum.ms += performance.now() - began;
    const place = order.indexOf(numbers[at]!) + 1;
    if (place === 1) sum.hit1++;
    if (place <= 5) sum.hit5++;
    sum.mrr += 1 / place;
    const shown = order.slice(0, place).map((command) => texts[command]!);
    sum.keysFirst += keysUntil(shown, 1);
    sum.keysRows += keysUntil(shown, ROWS);
  }
  const mean = (value: number): number => value / Math.max(1, places.length);
  return {
    hit1: mean(sum.hit1),
    hit5: mean(sum.hit5),
    mrr: mean(sum.mrr),
    keysFirst: mean(sum.keysFirst),
    keysRows: mean(sum.keysRows),
    ms: mean(sum.ms),
  };
}

/** Letters to type until the last of `shown` is within `rows`; all of it and one more if never. */
function keysUntil(shown: readonly string[], rows: number): number {
  const wanted = shown.at(-1)!;
  let left = shown;
  for (let keys = 0; keys <= wanted.length; keys++) {
    left = left.filter((text) => text.includes(wanted.slice(0, keys)));
    if (left.length <= rows) return keys;
  }
  return wanted.length + 1;
}

function numbered(lines: readonly string[]): { numbers: number[]; texts: string[] } {
  const known = new Map<string, number>();
  const numbers = lines.map((line) => {
    let number = known.get(line);
    if (number === undefined) known.set(line, number = known.size);
    return number;
  });
  return { numbers, texts: [...known.keys()] };
}

function wantedPlaces(numbers: readonly number[]): number[] {
  const from = Math.floor(numbers.length / 5);
  const step = isThorough ? 1 : Math.max(1, Math.floor((numbers.length - from) / POSITIONS));
  const seen = new Set<number>();
  return [...numbers.keys()].filter((at) => {
    const isRepeat = seen.has(numbers[at]!);
    seen.add(numbers[at]!);
    return isRepeat && at >= from && (at - from) % step === 0;
  });
}

function commandsOf(path: string): string[] {
  const bytes = Deno.readFileSync(path);
  const start = new TextDecoder().decode(bytes.subarray(0, 4096));
  const parse = path.includes("fish")
    ? parseFishHistory
    : /^: \d+:\d+;/m.test(start)
    ? parseZshHistory
    : parseBashHistory;
  return Array.from(parse(bytes), (item) => "command" in item ? item.command : "")
    .filter((command) => command !== "");
}

function filesOf(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  return Array.from(Deno.readDirSync(path), ({ name }) => `${path}/${name}`)
    .filter((name) => name.endsWith(".txt")).sort();
}

const given = Deno.args.filter((arg) => arg !== "--all");
const isThorough = given.length < Deno.args.length;
const paths = given.length > 0 ? given : [`${ROOT}scripts/demo/sample_zsh_history`];
const sums = new Map<string, Result[]>();
for (const file of paths.flatMap(filesOf)) {
  const lines = commandsOf(file);
  say(`\n${file.split("/").at(-1)}: ${lines.length} commands`);
  for (const [name, rank] of Object.entries(RANKINGS)) {
    const result = replay(lines, rank);
    sums.set(name, [...sums.get(name) ?? [], result]);
    say(rowOf(name, [result]));
  }
}
say(`\nmean of all\n${[...sums].map(([name, results]) => rowOf(name, results)).join("\n")}`);

function rowOf(name: string, results: readonly Result[]): string {
  const mean = (of: (result: Result) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  const shares = [mean((r) => r.hit1), mean((r) => r.hit5), mean((r) => r.mrr)]
    .map((share) => share.toFixed(3).slice(1)).join(" / ");
  return `  ${name.padEnd(10)} hit@1 / hit@5 / MRR ${shares}, keys until first ` +
    `${mean((r) => r.keysFirst).toFixed(2)}, within ${ROWS} rows ` +
    `${mean((r) => r.keysRows).toFixed(2)}, ${mean((r) => r.ms).toFixed(1)} ms`;
}
