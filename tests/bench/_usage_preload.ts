/**
 * Loaded into a measured process by `deno run --preload`: when it ends, it prints one line that
 * `_usage.ts` reads. From inside, since nobody may read `/proc` of a process that has ended.
 *
 * A pause of the event loop counts from the first connection or listener on, which leaves out the
 * loading of modules. Where the machine is busy with other things, a pause is no longer than the
 * processor time that the process took since shortly before.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { Server, Socket } from "node:net";
import process from "node:process";

const LOOK_MS = 5;
// Asking for processor time and memory takes a tenth of a millisecond.
const LOOKS_PER_SAMPLE = 4;

let longestMs = 0;
let peakBytes = 0;
let started = false;

const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  watch();
  return Reflect.apply(connect, this, args);
} as typeof connect;
const { listen } = Server.prototype;
Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
  watch();
  return Reflect.apply(listen, this, args);
} as typeof listen;

addEventListener("unload", () => {
  console.error(`bench usage: ${
    JSON.stringify({
      cpuMs: Math.round(cpuNow()),
      // Not `maxRSS`, which begins with that of the process we were forked from.
      peakMiB: Math.round(peakBytes / 2 ** 20),
      pauseMs: Math.round(longestMs),
    })
  }`);
});

function watch(): void {
  if (started) return;
  started = true;
  let at = performance.now();
  let cpuMs = cpuNow();
  let looks = 0;
  Deno.unrefTimer(setInterval(() => {
    const late = performance.now() - at - LOOK_MS;
    if (late > longestMs || ++looks % LOOKS_PER_SAMPLE === 0) {
      const cpu = cpuNow();
      longestMs = Math.max(longestMs, Math.min(late, cpu - cpuMs));
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      cpuMs = cpu;
    }
    at = performance.now();
  }, LOOK_MS));
}

function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
