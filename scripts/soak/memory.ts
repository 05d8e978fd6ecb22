/** Watches the memory of the daemons. */
import type { Victim } from "./cast.ts";
import { run } from "../tools.ts";

/** What one device's daemons used, in MB of resident memory. */
export interface MemoryUse {
  readonly median: number;
  readonly peak: number;
  readonly end: number;
}

const EVERY_MS = 5000;

/** Samples until the signal is aborted; then gives the use by device name. */
export async function watchMemory(
  victims: readonly Victim[],
  sleep: (ms: number) => Promise<void>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, MemoryUse>> {
  const samples = new Map<string, number[]>();
  while (!signal.aborted) {
    const uses = await residentMb(victims.flatMap(({ pid }) => pid ?? []));
    for (const { device, pid } of victims) {
      const use = pid === undefined ? undefined : uses.get(pid);
      if (use === undefined) continue;
      samples.set(device.name, [...samples.get(device.name) ?? [], use]);
    }
    await sleep(EVERY_MS);
  }
  return new Map([...samples].map(([name, values]) => [name, summary(values)]));
}

function summary(values: readonly number[]): MemoryUse {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: sorted[sorted.length >> 1] ?? 0,
    peak: sorted.at(-1) ?? 0,
    end: values.at(-1) ?? 0,
  };
}

// By `ps`: Deno reads /proc only with all permissions.
async function residentMb(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (pids.length === 0) return new Map();
  const { stdout } = await run(["ps", "-o", "pid=,rss=", "-p", pids.join(",")]);
  return new Map(
    stdout.trim().split("\n").filter((line) => line !== "").map((line): [number, number] => {
      const [pid, kilobytes] = line.trim().split(/\s+/).map(Number);
      return [pid!, kilobytes! / 1024];
    }),
  );
}
