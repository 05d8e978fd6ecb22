/** What a daemon can say of itself: what `rr status` shows. */
import process from "node:process";
import type { Clock } from "../base/clock.ts";
import { causeChain } from "../base/rr_error.ts";
import type { DeviceId } from "../history/entry.ts";
import type { Health } from "../process/health.ts";
import type { History } from "../store/file/open_history.ts";
import type { SyncEvent } from "../sync/events.ts";
import type { PeerId } from "../swarm/peer.ts";
import { VERSION } from "../version.ts";
import type { DaemonConfig } from "./daemon_config.ts";
import type { SyncSession } from "./session.ts";

/** One peer, as the daemon knows it. Times are in seconds since the Unix epoch. */
export interface PeerView {
  readonly peer_id: string;
  readonly device_id: string | null;
  readonly hostname: string | null;
  /** `direct`, `relayed`, or `null` while it is not connected. */
  readonly route: "direct" | "relayed" | null;
  readonly last_sync_unix: number | null;
  readonly last_error: string | null;
  /** Rounds in a row that failed. */
  readonly failures: number;
  /** How long it is left alone after failures. */
  readonly retry_in_sec: number;
  readonly pull_cursor: number;
  readonly push_cursor: number;
  /** Own entries that it does not have yet, as far as we gave them. */
  readonly pending_push: number;
  /** Version of the protocol that is spoken with it; `null` while it is not connected. */
  readonly protocol: 1 | 2 | null;
  /** Whether it is known to have exactly what this device has; only protocol 2 can tell. */
  readonly equal: boolean;
  /** Ids of own entries that are too large for the relay and wait for a direct connection. */
  readonly held: readonly string[];
}

/** What `rr status --json` prints. */
export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly mode: "watch" | "serve";
  readonly started_unix: number;
  readonly uptime_sec: number;
  readonly rss_bytes: number;
  readonly db_path: string;
  readonly local_head: number;
  readonly device_id: string;
  readonly user_id: string;
  readonly peer_id: string | null;
  readonly listening: readonly string[];
  readonly relays: readonly { readonly relay: string; readonly reserved: boolean }[];
  readonly trackers: readonly { readonly url: string; readonly error: string | null }[];
  readonly interval_sec: number;
  readonly push: boolean;
  readonly last_round_unix: number | null;
  /** Entries to be summed up before protocol 2 is offered; `null` if it is not to be. */
  readonly left_to_absorb: number | null;
  readonly peers: readonly PeerView[];
  /** What does not work as it should, one sentence each. */
  readonly problems: readonly string[];
}

interface PeerMemory {
  lastSyncMs: number | undefined;
  lastError: string | undefined;
}

/** How long another machine with our identity is told of after it was seen last. */
const TWIN_SHOWN_MS = 15 * 60_000;
/** Peers that are remembered, some times more than a round has. */
const MOST_PEERS = 1_000;

/** Listens to the engine and remembers what a person will ask for. */
export class StatusKeeper {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #peers = new Map<PeerId, PeerMemory>();
  readonly #trackers = new Map<string, string>();
  readonly #health: Pick<Health, "problems"> | undefined;
  #historyProblem: string | undefined;
  #twin: { readonly text: string; readonly seenMs: number } | undefined;
  #lastRoundMs: number | undefined;
  #received = 0;

  /** Begins with nothing known. */
  constructor(clock: Clock, health?: Pick<Health, "problems">) {
    this.#clock = clock;
    this.#health = health;
    this.#startedMs = clock.now();
  }

  /** When the last round ended, in milliseconds since the Unix epoch. */
  get lastRoundMs(): number | undefined {
    return this.#lastRoundMs;
  }

  /** Entries that were new to us since the start. */
  get received(): number {
    return this.#received;
  }

  /** Takes one event of the engine. */
  observe(event: SyncEvent): void {
    switch (event.type) {
      case "pulled":
        this.#received += event.totals.inserted;
        this.#succeeded(event.peer);
        break;
      case "pushed":
        this.#succeeded(event.peer);
        break;
      case "pull-failed":
      case "push-failed":
        this.#memory(event.peer).lastError = causeChain(event.error);
        break;
      case "directory-failed":
        this.#trackers.set(event.name, causeChain(event.error));
        break;
      case "directory-recovered":
        this.#trackers.delete(event.name);
        break;
      case "twin": {
        const name = event.hostname ?? event.deviceId ?? event.addrs.join(" ");
        this.#twin = {
          text:
            `Another machine (${name}) uses the identity of this one, so the two cannot sync: ` +
            "on one of them, make a new one with `rr init --new-identity`",
          seenMs: this.#clock.monotonic(),
        };
        break;
      }
      case "round-done":
        this.#lastRoundMs = this.#clock.now();
    }
  }

  /** Takes why there is no history at the moment; `undefined` if there is one. */
  historyProblem(problem: string | undefined): void {
    this.#historyProblem = problem;
  }

  /** How it stands now; without a history nothing of it is counted. */
  view(
    config: DaemonConfig,
    history: History | undefined,
    session: SyncSession | undefined,
  ): DaemonStatus {
    const now = this.#clock.now();
    const node = session?.node;
    const reserved = new Set(node?.reservations());
    return {
      version: VERSION,
      pid: process.pid,
      mode: config.mode,
      started_unix: seconds(this.#startedMs),
      uptime_sec: seconds(now - this.#startedMs),
      rss_bytes: process.memoryUsage().rss,
      db_path: config.dbPath,
      local_head: history?.log.headSeq() ?? 0,
      device_id: config.network.deviceId,
      user_id: config.network.userId,
      peer_id: node?.peer ?? null,
      listening: node?.listening() ?? [],
      relays: (node?.relays ?? []).map(({ text, relay }) => ({
        relay: text,
        reserved: reserved.has(relay),
      })),
      trackers: (session?.trackers ?? []).map(({ name }) => ({
        url: name,
        error: this.#trackers.get(name) ?? null,
      })),
      interval_sec: config.intervalMs / 1000,
      push: config.push,
      last_round_unix: this.#lastRoundMs === undefined ? null : seconds(this.#lastRoundMs),
      left_to_absorb: session?.replication?.left ?? null,
      peers: (session?.engine.peers() ?? [])
        .map((peer) => this.#peerView(peer, config, history, session?.replication)),
      problems: this.#problems(),
    };
  }

  #problems(): string[] {
    const sinceMs = this.#clock.monotonic() - (this.#twin?.seenMs ?? -Infinity);
    const twin = this.#twin !== undefined && sinceMs < TWIN_SHOWN_MS ? [this.#twin.text] : [];
    const history = this.#historyProblem === undefined ? [] : [this.#historyProblem];
    return [...history, ...twin, ...this.#health?.problems() ?? []];
  }

  #peerView(
    status: ReturnType<SyncSession["engine"]["peers"]>[number],
    config: DaemonConfig,
    history: History | undefined,
    replication: SyncSession["replication"],
  ): PeerView {
    const deviceId = config.network.deviceId as DeviceId;
    const memory = this.#peers.get(status.peer);
    const isEqual = replication?.isEqual(status.peer) ?? false;
    const version = replication?.serves(status.peer) ? 2 : 1;
    return {
      peer_id: status.peer,
      device_id: status.deviceId ?? null,
      hostname: status.hostname ?? null,
      route: status.route ?? null,
      last_sync_unix: memory?.lastSyncMs === undefined ? null : seconds(memory.lastSyncMs),
      last_error: memory?.lastError ?? null,
      failures: status.failures,
      retry_in_sec: Math.ceil(status.retryInMs / 1000),
      protocol: status.route === undefined ? null : version,
      equal: isEqual,
      held: status.held,
      pull_cursor: history?.log.pullState(status.peer).cursor ?? 0,
      push_cursor: history?.log.pushCursor(status.peer) ?? 0,
      pending_push: isEqual ? 0 : history?.log.pendingPush(status.peer, deviceId) ?? 0,
    };
  }

  #succeeded(peer: PeerId): void {
    const memory = this.#memory(peer);
    memory.lastSyncMs = this.#clock.now();
    memory.lastError = undefined;
  }

  #memory(peer: PeerId): PeerMemory {
    let memory = this.#peers.get(peer);
    if (memory === undefined) {
      // A directory may invent peers in every round.
      if (this.#peers.size >= MOST_PEERS) this.#peers.delete(this.#peers.keys().next().value!);
      memory = { lastSyncMs: undefined, lastError: undefined };
      this.#peers.set(peer, memory);
    }
    return memory;
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
