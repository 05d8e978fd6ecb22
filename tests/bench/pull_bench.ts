/**
 * A whole first sync between two processes: `rr p2p-serve` holds the entries, `rr p2p-sync` pulls them
 * over TCP with a swarm key on loopback. Compared with a bare insert of the same rows.
 *
 *     deno run <permissions> tests/bench/pull_bench.ts [rows, default 100000] [rounds, default 3]
 *
 * The ratio of processor times is the one to go by when other things run on the machine.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { bareInsert } from "./_bare_insert.ts";
import { generateHistory } from "../fakes/history_generator.ts";
import { type Pulled, Server } from "./_pull.ts";
import { median } from "./_usage.ts";

const rows = Number(Deno.args[0] ?? 100_000);
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
  const bare: { readonly ms: number; readonly cpuMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(bareInsert(`${root}/bare-${round}.db`, [...generateHistory(rows)]));
    pulls.push(await server.pull());
  }
  const { pauseMs } = await server.stop();
  const of = (read: (pull: Pulled) => number): number => median(pulls.map(read));
  const ms = of((pull) => pull.ms);
  const cpuMs = of((pull) => pull.client.cpuMs);
  const bareMs = median(bare.map((one) => one.ms));
  const bareCpuMs = median(bare.map((one) => one.cpuMs));
  const served = of(({ before, after }) => after.cpuMs - before.cpuMs);

  console.log(`${rows} entries, median of ${rounds} interleaved rounds`);
  line("bare insert", bareMs, bareCpuMs);
  line("pull, whole process", ms, cpuMs);
  console.log(`${"ratio".padEnd(28)} ${times(ms, bareMs).padEnd(26)} ${times(cpuMs, bareCpuMs)}`);
  console.log(
    `${"a pull with nothing new".padEnd(54)} CPU ${of((pull) => pull.again.cpuMs)} ms`,
  );
  line("the server meanwhile", undefined, served);
  console.log(
    `${"peak RSS client, server".padEnd(28)} ${of((pull) => pull.client.peakMiB)} MiB, ` +
      `${pulls.at(-1)!.after.peakMiB} MiB`,
  );
  console.log(
    `${"longest pause of the loop".padEnd(28)} ${of((pull) => pull.client.pauseMs)} ms, ` +
      `${pauseMs} ms`,
  );
}

function line(name: string, ms: number | undefined, cpuMs: number): void {
  const wall = ms === undefined ? "".padEnd(26) : `${perSecond(ms)}`.padEnd(26);
  console.log(`${name.padEnd(28)} ${wall} CPU ${perSecond(cpuMs)}`);
}

function perSecond(ms: number): string {
  return `${Math.round(ms)} ms, ${Math.round(rows / ms * 1000)}/s`;
}

function times(a: number, b: number): string {
  return `${(a / b).toFixed(2)}x`;
}
