/**
 * rustory: a person's shell history on all of their machines, without a server that owns it.
 *
 * This is the sync engine as a library. Two devices that share a swarm key copy each other's history
 * over libp2p (TCP, Noise, Yamux):
 *
 * ```ts
 * import { loadKeys, openHistory, startNode } from "@rustory/cli";
 * import assert from "node:assert/strict";
 *
 * const home = await Deno.makeTempDir();
 * const swarmKeyPath = `${home}/swarm.key`; // the same file on all devices
 *
 * // The laptop has run a command and takes connections.
 * using onLaptop = await openHistory(`${home}/laptop/history.db`);
 * onLaptop.record({ command: "make test", startedAtMs: Date.now() }, { deviceId: "laptop", userId: "kim" });
 * await using laptop = await startNode({
 *   history: onLaptop,
 *   keys: await loadKeys({ swarmKeyPath, identityKeyPath: `${home}/laptop/identity.key` }),
 *   deviceId: "laptop",
 *   userId: "kim",
 *   listen: ["/ip4/127.0.0.1/tcp/0"],
 * });
 *
 * // The desktop knows its address (a tracker would tell) and pulls.
 * using onDesktop = await openHistory(`${home}/desktop/history.db`);
 * await using desktop = await startNode({
 *   history: onDesktop,
 *   keys: await loadKeys({ swarmKeyPath, identityKeyPath: `${home}/desktop/identity.key` }),
 *   deviceId: "desktop",
 *   userId: "kim",
 *   peers: laptop.listening(),
 * });
 * const report = await desktop.syncOnce({ signal: AbortSignal.timeout(10_000) });
 *
 * assert.equal(report.peers[0]?.pull.inserted, 1);
 * assert.equal(onDesktop.entriesAfter(0, 10).entries[0]?.command, "make test");
 * ```
 *
 * To go on for ever use {@linkcode SyncNode.watch} with an AbortSignal. The command `rr` is the default
 * way to use all of this; `deno run -A jsr:@rustory/cli p2p-sync --watch` runs it.
 *
 * @module
 */
export { loadKeys, openHistory, startNode } from "./src/app/library/library.ts";
export type {
  DeviceKeys,
  LocalHistory,
  Owner,
  SyncNode,
  SyncNodeOptions,
  WatchSyncOptions,
} from "./src/app/library/types.ts";
export type { LogFields, Logger } from "./src/base/log.ts";
export { RrError, type RrErrorCode, type RrErrorOptions } from "./src/base/rr_error.ts";
export type { DeviceId, Entry, EntryDraft, EntryId } from "./src/history/entry.ts";
export { EntryError } from "./src/history/check_entry.ts";
export type { SyncEvent, SyncListener } from "./src/sync/events.ts";
export type { RequestPolicy, SyncOptions } from "./src/sync/options.ts";
export { LinkError, type LinkErrorCode } from "./src/sync/ports.ts";
export type { PeerId, Route } from "./src/swarm/peer.ts";
export type { PeerReport, PullTotals, PushTotals, SyncReport } from "./src/sync/report.ts";
export { VERSION } from "./src/version.ts";

if (import.meta.main) {
  // `deno run -A jsr:@rustory/cli p2p-sync --watch` starts here.
  const { runProcess } = await import("./src/cli/main.ts");
  await runProcess();
}
