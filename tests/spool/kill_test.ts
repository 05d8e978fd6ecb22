/**
 * Sixteen shells type at once, and half of them end and start again, while one process that takes their
 * commands in is killed again and again and two others do the same beside it. None of them waits for
 * shells that may be in the middle of a write: what the shells do about it has to be enough.
 */
import assert from "node:assert/strict";
import { createCaptureRules } from "../../src/capture/rules.ts";
import type { DeviceId } from "../../src/history/entry.ts";
import { ingestSpools } from "../../src/spool/ingest.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import { systemWorld } from "../../src/world/system.ts";
import { seededRandom } from "../fakes/seeded_random.ts";
import { Shell, type ShellName } from "../shell/_shell.ts";

const KINDS: readonly ShellName[] = ["zsh", "bash", "zsh", "bash", "zsh", "bash", "zsh", "fish"];
const SHELLS = 16;
const COMMANDS = 30;
const TAKERS = 2;
const KILLS = 10;
const INGESTER = new URL("_ingester.ts", import.meta.url).pathname;

Deno.test("16 shells that end and start, three takers, ten kill -9: nothing lost, nothing doubled", async () => {
  const home = Deno.makeTempDirSync({ prefix: "rr-kill-" });
  const database = `${home}/history.db`;
  const typists: Promise<void>[] = [];
  try {
    const numbers = Array.from({ length: SHELLS }, (_, s) => s);
    const wanted = numbers.flatMap((s) => [
      ...Array.from({ length: COMMANDS }, (_, i) => textOf(s, i)),
      ...(endsAndStarts(s) ? ["exit"] : []),
    ]);
    typists.push(...numbers.map((s) => typeAll(folderOf(home, s), s)));
    let typing = true;
    const typed = Promise.all(typists).finally(() => typing = false);
    const takers = Array.from({ length: TAKERS }, () => taker(home, database));
    for (let kills = 0; kills < KILLS || typing; kills++) await takeInAndDie(home, database, kills);
    for (const one of takers) one.kill("SIGKILL");
    await Promise.all(takers.map((one) => one.status));
    await typed;
    assert.deepEqual(await takeInRest(home, database), wanted.toSorted());
  } finally {
    await Promise.allSettled(typists);
    Deno.removeSync(home, { recursive: true });
  }
});

// All shells of the test share one spool, as those of one user do.
function folderOf(home: string, i: number): string {
  const own = `${home}/${i}`;
  Deno.mkdirSync(`${own}/db`, { recursive: true });
  Deno.mkdirSync(`${home}/spool`, { recursive: true, mode: 0o700 });
  Deno.symlinkSync(`${home}/spool`, `${own}/db/spool`);
  return own;
}

function textOf(shell: number, i: number): string {
  // Some are longer than what a shell writes at once.
  return i % 10 === 7 ? `: ${shell} ${i} ${"x".repeat(9000)}` : `: ${shell} ${i}`;
}

const endsAndStarts = (s: number): boolean => s % 4 < 2;

async function typeAll(home: string, s: number): Promise<void> {
  const kind = KINDS[s % KINDS.length]!;
  let shell = await Shell.open(kind, { home });
  for (let i = 0; i < COMMANDS; i++) {
    if (i === COMMANDS / 2 && endsAndStarts(s)) {
      await shell.type("exit\r");
      await shell.ended();
      await shell[Symbol.asyncDispose]();
      shell = await Shell.open(kind, { home });
    }
    await shell.run(textOf(s, i));
  }
  await shell[Symbol.asyncDispose]();
}

function taker(home: string, database: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", INGESTER, `${home}/spool`, database],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

async function takeInAndDie(home: string, database: string, kill: number): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", INGESTER, `${home}/spool`, database],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const rounds = 1 + Math.floor(seededRandom(kill + 1).unit() * 20);
  for (let i = 0; i < rounds; i++) if ((await reader.read()).done) break;
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
}

async function takeInRest(home: string, database: string): Promise<string[]> {
  const world = await systemWorld();
  const rules = await createCaptureRules();
  using history = openHistory(database, world);
  const deps = {
    ...world,
    folder: `${home}/spool`,
    log: history.log,
    userId: "u",
    deviceId: "d" as DeviceId,
  };
  for (let round = 0; round < 3; round++) {
    await ingestSpools({ ...deps, rules: () => rules }, { settleMs: 0 });
  }
  const left = Array.from(Deno.readDirSync(deps.folder), ({ name }) => name);
  // What was taken in the middle of a write is torn; its shell has written it again.
  assert.deepEqual(left.filter((name) => !/\.(?:line|torn)$/.test(name) && name !== "room"), []);
  const entries = history.log.entriesAfter(0, { entries: 10_000, bytes: 1e9 }).entries;
  return entries.map((entry) => entry.command).toSorted();
}
