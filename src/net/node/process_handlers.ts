/**
 * What libp2p needs of the whole process. Both are properties of the process, not of a node, which is
 * why this file alone keeps state outside of an object.
 */
import { BroadcastChannel as NodeBroadcastChannel } from "node:worker_threads";
import process from "node:process";
import type { Logger } from "../../base/log.ts";
import { causeChain } from "../../base/rr_error.ts";

const installed = new Set<{ readonly logger: Logger }>();
const ON_DENO = "Deno" in globalThis;

/**
 * Keeps the process alive when libp2p rejects a promise that nobody holds (it rejects with events:
 * `StreamResetEvent` is no `Error`) or throws in a listener: such failures are logged instead.
 * Disposing the last net takes them down again.
 */
export function installNets(logger: Logger): Disposable {
  const own = { logger };
  if (installed.size === 0) setNets("add");
  installed.add(own);
  return {
    [Symbol.dispose](): void {
      if (installed.delete(own) && installed.size === 0) setNets("remove");
    },
  };
}

/**
 * Replaces Deno's `BroadcastChannel` by that of `node:worker_threads`. The peer store's lock opens a
 * channel and calls `unref()`, which the web one lacks: the process would never end.
 */
export function installBroadcastChannel(): void {
  if ("unref" in globalThis.BroadcastChannel.prototype) return;
  Object.defineProperty(globalThis, "BroadcastChannel", {
    value: NodeBroadcastChannel,
    configurable: true,
    writable: true,
  });
}

function setNets(verb: "add" | "remove"): void {
  if (ON_DENO) {
    const change = verb === "add" ? globalThis.addEventListener : globalThis.removeEventListener;
    change.call(globalThis, "unhandledrejection", onRejectionEvent);
    change.call(globalThis, "error", onErrorEvent);
    return;
  }
  const change = verb === "add" ? "on" : "off";
  process[change]("unhandledRejection", report);
  process[change]("uncaughtException", report);
}

function onRejectionEvent(event: Event): void {
  report((event as PromiseRejectionEvent).reason);
  event.preventDefault();
}

function onErrorEvent(event: Event): void {
  report((event as ErrorEvent).error);
  event.preventDefault();
}

function report(error: unknown): void {
  // Nobody waits for a stream or connection that the other side ended; anything else is worth a look.
  const expected = !(error instanceof Error);
  const logger = [...installed][0]?.logger;
  const message = "Caught an error that nobody waited for";
  if (expected) logger?.debug(message, { error: causeChain(error) });
  else logger?.error(message, { error: causeChain(error) });
}
