/**
 * A daemon that has nothing to do, alone and with ten connected peers, at its default interval: memory and
 * processor time of the bundle. A whole number of rounds falls into the time that is measured.
 *
 *     deno run <permissions> tests/bench/idle_bench.ts [seconds, default 60] [peers, default 10] [settle, default 75]
 *
 * After 75 seconds it is what a daemon takes all day: it looks less often once nothing was recorded for a minute.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { bundledRr, runRr } from "./_bundle.ts";
import { Swarm } from "./_swarm.ts";
import { usageOf } from "./_usage.ts";

/** V8 clears up behind the start for a minute, which takes more than all that an idle daemon does. */
const SETTLE_MS = Number(Deno.args[2] ?? 75) * 1000;
const COMPILED_MS = 10_000;

const seconds = Number(Deno.args[0] ?? 60);
const most = Number(Deno.args[1] ?? 10);
const root = await Deno.makeTempDir({ prefix: "rr-bench-" });
try {
  await using swarm = await Swarm.start(root, most, runRr(await bundledRr(`${root}/dist`)));
  // The very first start compiles everything, and keeps that for the next ones after a while: a daemon
  // that finds nothing kept takes 30 MB more for as long as it runs.
  const first = await swarm.daemon("first", 0);
  await sleep(COMPILED_MS);
  await first.stop();
  for (const peers of [0, most]) await measure(swarm, peers);
} finally {
  await Deno.remove(root, { recursive: true });
}

async function measure(swarm: Swarm, peers: number): Promise<void> {
  const daemon = await swarm.daemon(`daemon-${peers}`, peers);
  await sleep(SETTLE_MS);
  const before = { bytes: swarm.bytes(), at: performance.now(), ...await usageOf(daemon.pid) };
  await sleep(seconds * 1000);
  const after = { bytes: swarm.bytes(), at: performance.now(), ...await usageOf(daemon.pid) };
  const share = (after.cpuMs - before.cpuMs) / (after.at - before.at) * 100;
  console.log(
    `idle with ${peers} connected peers: ${after.residentMiB} MiB RSS ` +
      `(${before.residentMiB} MiB after ${SETTLE_MS / 1000} s, peak ${after.peakMiB} MiB), ` +
      `${share.toFixed(2)} % CPU, ${Math.round((after.bytes - before.bytes) / seconds)} bytes/s, ` +
      `load ${Deno.loadavg()[0]!.toFixed(1)}`,
  );
  await daemon.stop();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
