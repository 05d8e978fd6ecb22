/**
 * A whole first sync between two processes: `rr p2p-serve` holds the entries, `rr p2p-sync` pulls them
 * over TCP with a swarm key on loopback. Compared with a bare insert of the same rows.
 *
 *     deno run <permissions> tests/bench/pull_bench.ts [rows, default 100000]
 */
import { Device } from "../../scripts/lab/device.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { bareInsertMs } from "./_bare_insert.ts";
import { fillHistory } from "./_history_files.ts";

const rows = Number(Deno.args[0] ?? 100_000);
const root = await Deno.makeTempDir({ prefix: "rr-bench-" });
try {
  await bench();
} finally {
  await Deno.remove(root, { recursive: true });
}

async function bench(): Promise<void> {
  await using server = new Device("server", root);
  await using client = new Device("client", root);
  await server.rr("init", "--user-id", "bench", "--device-id", "server");
  await client.rr("swarm-key");
  client.copySwarmKeyFrom(server);
  fillHistory(server.database, rows);

  const serving = await server.start("p2p-serve", "--listen", "/ip4/127.0.0.1/tcp/0");
  const line = await serving.line((text) => text.startsWith("p2p listen: "));
  const addr = line.slice("p2p listen: ".length);
  const start = performance.now();
  const pulling = await client.start("p2p-sync", "--peers", addr);
  const peaks = watchPeaks([serving, pulling]);
  const code = await pulling.exited;
  const ms = performance.now() - start;
  if (code !== 0) throw new Error(`the client ended with exit code ${code}:\n${pulling.output()}`);
  const got = await client.look((history) => history.log.headSeq());
  const bare = bareInsertMs(`${root}/bare.db`, rows);
  const [serverPeak, clientPeak] = peaks();

  print(`${rows} entries, ${got} stored`);
  print(
    `pull, whole process       ${Math.round(ms)} ms, ${Math.round(rows / ms * 1000)} entries/s`,
  );
  print(
    `bare insert               ${Math.round(bare)} ms, ${Math.round(rows / bare * 1000)} rows/s`,
  );
  print(`ratio                     ${(ms / bare).toFixed(2)}x`);
  print(`peak RSS server, client   ${serverPeak} MiB, ${clientPeak} MiB`);
}

/** Watches the peak memory of processes; the result gives it in MiB. */
function watchPeaks(children: readonly Child[]): () => number[] {
  const peaks = children.map(() => 0);
  const look = (): void => {
    for (const [i, child] of children.entries()) peaks[i] = Math.max(peaks[i]!, peakMiB(child.pid));
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    look();
    return peaks;
  };
}

function peakMiB(pid: number): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function print(text: string): void {
  console.log(text);
}
