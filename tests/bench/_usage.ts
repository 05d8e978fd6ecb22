/** What a process costs: processor time and memory. */
import type { Child } from "../../scripts/lab/process.ts";
import { runRr } from "./_bundle.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** What the kernel counts processor time in: USER_HZ, 100 on every Linux. */
const TICK_MS = 10;

/** What a process has cost so far. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
}

/** What a process has cost in all. */
export interface FinalUsage {
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** Longest time that its event loop stood still after the start. */
  readonly pauseMs: number;
}

const PRELOAD = `--preload=${ROOT}tests/bench/_usage_preload.ts`;

/** A bundled `rr` that tells at its end what it cost; for `DeviceOptions.program`. */
export function measuredRr(bundled: string): readonly string[] {
  return runRr(bundled, PRELOAD);
}

/** The cost of an ended process that ran {@linkcode measuredRr}. */
export function finalUsage(child: Child): FinalUsage {
  const text = /^bench usage: (.*)$/m.exec(child.output())?.[1];
  if (text === undefined) {
    throw new Error(`${child.name} did not tell its usage:\n${child.output()}`);
  }
  return JSON.parse(text) as FinalUsage;
}

/** The cost of a running process. Linux only. */
export async function usageOf(pid: number): Promise<Usage> {
  // Deno itself may read /proc only with all permissions.
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`, `/proc/${pid}/status`],
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  // The name in parentheses may hold anything; the fields after it are counted from 3.
  const fields = text.slice(text.indexOf(") ") + 2).split(" ");
  const mib = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? NaN) / 1024);
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    residentMiB: mib("VmRSS"),
    peakMiB: mib("VmHWM"),
  };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
