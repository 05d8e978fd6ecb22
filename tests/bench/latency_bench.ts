/**
 * A first sync over a line with a round trip of 20 ms, against the same over a line without delay.
 *
 *     deno run <permissions> tests/bench/latency_bench.ts [rows, default 200000] [rounds, default 3]
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { createLine } from "../../scripts/lab/proxy.ts";
import { Server } from "./_pull.ts";
import { median } from "./_usage.ts";

const ONE_WAY_MS = [0, 10];

const rows = Number(Deno.args[0] ?? 200_000);
const rounds = Number(Deno.args[1] ?? 3);
const root = await Deno.makeTempDir({ prefix: "rr-bench-" });
try {
  await bench();
} finally {
  await Deno.remove(root, { recursive: true });
}

async function bench(): Promise<void> {
  await using server = await Server.start(root, rows);
  const times = new Map<number, number[]>(ONE_WAY_MS.map((delayMs) => [delayMs, []]));
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [delayMs, all] of times) {
      await using line = createLine(server.port, { delayMs });
      all.push((await server.pull(line.port)).ms);
      bytes = line.bytes();
    }
  }
  const base = median(times.get(0)!);
  console.log(
    `${rows} entries, median of ${rounds} interleaved rounds, ${bytes} bytes on the wire`,
  );
  for (const [delayMs, all] of times) {
    const ms = median(all);
    const rate = Math.round(rows / ms * 1000);
    console.log(
      `round trip ${delayMs * 2} ms: ${Math.round(ms)} ms, ${rate}/s, ${(ms / base).toFixed(2)}x`,
    );
  }
}
