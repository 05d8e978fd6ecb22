/**
 * A whole first sync of imported entries, whose ids are random, between two processes over TCP with a
 * swarm key on loopback: by version 1 (`rr p2p-sync`) and by protocol 2 (a daemon that stays), beside a
 * bare insert of the same rows, in interleaved rounds.
 *
 *     deno run <permissions> tests/bench/pull_bench.ts [rows, default 1000000] [rounds, default 3]
 *
 * The ratio of processor times is the one to go by when other things run on the machine. Memory is that
 * of the bundle; a minute's rest is measured in the last round.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { bareInsert } from "./_bare_insert.ts";
import { generateHistory } from "../fakes/history_generator.ts";
import { type Pulled, type Replicated, Server } from "./_pull.ts";
import { median } from "./_usage.ts";

/** Rows of one transaction of the bare insert. */
const AT_ONCE = 10_000;

const rows = Number(Deno.args[0] ?? 1_000_000);
const rounds = Number(Deno.args[1] ?? 3);
const root = await Deno.makeTempDir({ prefix: "rr-bench-" });
try {
  await bench();
} finally {
  await Deno.remove(root, { recursive: true });
}

async function bench(): Promise<void> {
  await using server = await Server.start(root, rows);
  const pulls: Pulled[] = [];
  const replicated: Replicated[] = [];
  const bare: { readonly ms: number; readonly cpuMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(bareInserted(round));
    pulls.push(await server.pull());
    replicated.push(await server.replicate(round === rounds - 1));
  }
  const { pauseMs, peakMiB } = await server.stop();

  console.log(
    `${rows} entries, median of ${rounds} interleaved rounds, load ${
      Deno.loadavg()[0]!.toFixed(1)
    }`,
  );
  const base = of(bare, (one) => one.ms);
  const baseCpu = of(bare, (one) => one.cpuMs);
  line("bare insert", base, baseCpu);
  const kinds: [string, readonly Pick<Pulled, "ms" | "client">[]][] = [
    ["version 1, whole process", pulls],
    ["protocol 2", replicated],
  ];
  for (const [name, runs] of kinds) {
    const [ms, cpuMs] = [of(runs, (run) => run.ms), of(runs, (run) => run.client.cpuMs)];
    line(name, ms, cpuMs);
    console.log(`${"".padEnd(28)} ${times(ms, base).padEnd(26)} ${times(cpuMs, baseCpu)}`);
    console.log(
      `${"".padEnd(28)} peak ${of(runs, (run) => run.client.peakMiB)} MiB, longest pause of the ` +
        `loop ${of(runs, (run) => run.client.pauseMs)} ms`,
    );
  }
  const served = of(pulls, ({ before, after }) => after.cpuMs - before.cpuMs);
  line("the server, version 1", undefined, served);
  const { done, rested } = replicated.at(-1)!;
  const memory = ([client, served]: Replicated["done"]): string =>
    `${client.residentMiB} and ${served.residentMiB} MiB`;
  console.log(`${"client and server, done".padEnd(28)} ${memory(done)}`);
  console.log(`${"a minute later".padEnd(28)} ${memory(rested)}`);
  console.log(`${"the server in all".padEnd(28)} peak ${peakMiB} MiB, longest pause ${pauseMs} ms`);
  console.log(
    `${"a pull with nothing new".padEnd(55)} CPU ${of(pulls, (pull) => pull.again.cpuMs)} ms`,
  );
}

function bareInserted(round: number): { readonly ms: number; readonly cpuMs: number } {
  const path = `${root}/bare-${round}.db`;
  const inserted = bareInsert(path, [...generateHistory(rows, { idVersion: 4 })], AT_ONCE);
  for (const end of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(path + end);
    } catch {
      // closed, and gone with it
    }
  }
  return inserted;
}

function of<T>(runs: readonly T[], read: (run: T) => number): number {
  return median(runs.map(read));
}

function line(name: string, ms: number | undefined, cpuMs: number): void {
  const wall = ms === undefined ? "".padEnd(26) : perSecond(ms).padEnd(26);
  console.log(`${name.padEnd(28)} ${wall} CPU ${perSecond(cpuMs)}`);
}

function perSecond(ms: number): string {
  return `${Math.round(ms)} ms, ${Math.round(rows / ms * 1000)}/s`;
}

function times(a: number, b: number): string {
  return `${(a / b).toFixed(2)}x`;
}
