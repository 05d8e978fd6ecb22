/**
 * Loaded into a measured process by `deno run --preload`: when it ends, it prints one line that
 * `_usage.ts` reads. From inside, since nobody may read `/proc` of a process that has ended.
 *
 * A pause of the event loop counts from the first connection or listener on, which leaves out the
 * loading of modules. Where the machine is busy with other things, a pause is no longer than the
 * processor time that the thread took meanwhile, which Linux tells in steps of 10 ms.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { Server, Socket } from "node:net";
import process from "node:process";

const LOOK_MS = 5;
// Reading the memory takes longer than all the rest.
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
  let threadMs = threadNow();
  let looks = 0;
  Deno.unrefTimer(setInterval(() => {
    const thread = threadNow();
    longestMs = Math.max(longestMs, Math.min(performance.now() - at - LOOK_MS, thread - threadMs));
    if (++looks % LOOKS_PER_SAMPLE === 0) {
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    }
    at = performance.now();
    threadMs = thread;
  }, LOOK_MS));
}

function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function threadNow(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
