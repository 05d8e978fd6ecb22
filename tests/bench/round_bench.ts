/**
 * A round in which there is nothing new, between daemons that are connected already: how long it
 * takes, what it costs the daemon, and how many bytes cross the wire.
 *
 *     deno run <permissions> tests/bench/round_bench.ts [rounds, default 50]
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { Swarm } from "./_swarm.ts";
import { median, usageOf } from "./_usage.ts";

const COUNTS = [1, 10];
const WARM_UP = 10;

const rounds = Number(Deno.args[0] ?? 50);
const root = await Deno.makeTempDir({ prefix: "rr-bench-" });
try {
  await using swarm = await Swarm.start(root, Math.max(...COUNTS));
  for (const count of COUNTS) await measure(swarm, count);
} finally {
  await Deno.remove(root, { recursive: true });
}

async function measure(swarm: Swarm, count: number): Promise<void> {
  const daemon = await swarm.daemon(`daemon-${count}`, count, "--interval-sec", "3600");
  for (let i = 0; i < WARM_UP; i++) await daemon.round();
  const before = { bytes: swarm.bytes(), ...await usageOf(daemon.pid) };
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await daemon.round();
    times.push(performance.now() - start);
  }
  const after = { bytes: swarm.bytes(), ...await usageOf(daemon.pid) };
  await daemon.stop();
  const each = (name: "bytes" | "cpuMs"): number => (after[name] - before[name]) / rounds;
  console.log(
    `nothing new, ${count} connected: ${median(times).toFixed(1)} ms, ` +
      `${each("cpuMs").toFixed(1)} ms CPU, ${Math.round(each("bytes"))} bytes ` +
      `(median of ${rounds} rounds)`,
  );
}
