/** Remembers for `rr status` what the engine and the parts of a daemon tell. */
import process from "node:process";
import { type Clock, stopwatch } from "../../../base/clock.ts";
import { causeChain } from "../../../base/rr_error.ts";
import type { Health } from "../../../process/health.ts";
import type { Incident } from "../../../store/log/incidents.ts";
import type { History } from "../../../store/file/open_history.ts";
import type { SyncEvent } from "../../../sync/events.ts";
import type { PeerStatus } from "../../../sync/report.ts";
import type { PeerId } from "../../../swarm/peer.ts";
import { VERSION } from "../../../version.ts";
import type { DaemonConfig } from "../daemon_config.ts";
import type { DaemonStatus, IncidentView, PeerView } from "./daemon_status.ts";
import { namesakeName, namesakesOf } from "../../session/namesakes.ts";
import type { SyncSession } from "../../session/session.ts";

interface PeerMemory {
  lastSyncMs: number | undefined;
  lastError: string | undefined;
  /** Entries that came in the pull under way. */
  arrived: number;
  /** Entries that it took since it last had all. */
  given: number;
}

const WRONG_CLOCKS =
  "A device of yours on this network has another time: set both clocks (`timedatectl set-ntp true`)";
/** How long another machine with our identity is told of after it was seen last. */
const TWIN_SHOWN_MS = 15 * 60_000;
/** Peers that are remembered, some times more than a round has. */
const MOST_PEERS = 1_000;

/** Listens to the engine and remembers what a person will ask for. */
export class StatusKeeper {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #uptimeMs: () => number;
  readonly #peers = new Map<PeerId, PeerMemory>();
  readonly #trackers = new Map<string, string>();
  readonly #answered = new Set<string>();
  readonly #health: Pick<Health, "problems"> | undefined;
  #historyProblem: string | undefined;
  readonly #settings = new Map<"config" | "keys", string>();
  #needsRestart: readonly string[] = [];
  #twin: { readonly text: string; readonly seenMs: number } | undefined;
  #lastRoundMs: number | undefined;
  #received = 0;

  /** Begins with nothing known. */
  constructor(clock: Clock, health?: Pick<Health, "problems">) {
    this.#clock = clock;
    this.#health = health;
    this.#startedMs = clock.now();
    this.#uptimeMs = stopwatch(clock);
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
      case "pull-progress":
        this.#memory(event.peer).arrived = event.totals.received;
        break;
      case "push-ack":
        this.#memory(event.peer).given += event.sent;
        break;
      case "pulled":
        this.#memory(event.peer).arrived = 0;
        this.#received += event.totals.inserted;
        this.#succeeded(event.peer);
        break;
      case "pushed":
        this.#memory(event.peer).given = 0;
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
      case "directory-answered":
        this.#answered.add(event.name);
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

  /** Takes what is wrong with a file of settings; `undefined` if it is in use. */
  settingsProblem(what: "config" | "keys", problem: string | undefined): void {
    if (problem === undefined) this.#settings.delete(what);
    else this.#settings.set(what, problem);
  }

  /** Takes the keys of the config that wait for a restart. */
  needsRestart(keys: readonly string[]): void {
    this.#needsRestart = keys;
  }

  /** How it stands now; without a history nothing of it is counted. */
  view(
    config: DaemonConfig,
    history: History | undefined,
    session: SyncSession | undefined,
  ): DaemonStatus {
    const node = session?.node;
    const reserved = new Set(node?.reservations());
    return {
      version: VERSION,
      pid: process.pid,
      mode: config.mode,
      started_unix: seconds(this.#startedMs),
      uptime_sec: seconds(this.#uptimeMs()),
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
        error: node?.relayProblem(relay) ?? null,
      })),
      trackers: (session?.trackers ?? []).map(({ name, others }) => ({
        url: name,
        error: this.#trackers.get(name) ?? null,
        answered: this.#answered.has(name),
        others,
      })),
      swarm_key: session?.swarmKey ?? null,
      needs_restart: this.#needsRestart,
      lan_strangers: session?.lan?.strangers() ?? [],
      incidents: (history?.incidents.recent() ?? []).map(incidentView),
      interval_sec: config.intervalMs / 1000,
      push: config.push,
      last_round_unix: this.#lastRoundMs === undefined ? null : seconds(this.#lastRoundMs),
      left_to_absorb: session?.replication?.left ?? null,
      peers: this.#peerViews(config, history, session),
      problems: this.#problems(config, history, session),
    };
  }

  #problems(
    { network: { deviceId, hostname } }: DaemonConfig,
    open: History | undefined,
    session: SyncSession | undefined,
  ): string[] {
    const sinceMs = this.#clock.monotonic() - (this.#twin?.seenMs ?? -Infinity);
    const twin = this.#twin !== undefined && sinceMs < TWIN_SHOWN_MS ? [this.#twin.text] : [];
    const history = this.#historyProblem === undefined ? [] : [this.#historyProblem];
    const key = replacedKey(open?.incidents.syncedKey(), session?.swarmKey);
    const clocks = session?.lan?.hearsWrongClocks ? [WRONG_CLOCKS] : [];
    const settings = [...this.#settings.values()];
    const namesakes = namesakesOf(session, deviceId).map((one) =>
      `Another machine (${namesakeName(one, hostname)}) records as "${deviceId}" too, so the two ` +
      "cannot be told apart: on one of them, say `rr config set device_id <name>`"
    );
    const others = [...settings, ...key, ...clocks, ...namesakes];
    const writing = open?.trouble.problem === undefined ? [] : [open.trouble.problem];
    return [...history, ...writing, ...twin, ...others, ...this.#health?.problems() ?? []];
  }

  #peerViews(
    config: DaemonConfig,
    history: History | undefined,
    session: SyncSession | undefined,
  ): PeerView[] {
    const seen = history?.peers.lastSeen();
    const names = history?.peers.givenNames();
    return peersOf(session).map((peer) => ({
      ...this.#peerView(peer, config, history, session?.replication),
      last_seen_unix: seen?.get(peer.peer) ?? null,
      given_name: names?.get(peer.peer) ?? null,
    }));
  }

  #peerView(
    status: PeerStatus,
    config: DaemonConfig,
    history: History | undefined,
    replication: SyncSession["replication"],
  ): Omit<PeerView, "last_seen_unix" | "given_name"> {
    const deviceId = config.network.deviceId;
    const memory = this.#peers.get(status.peer);
    const isEqual = replication?.isEqual(status.peer) ?? false;
    const version = replication?.serves(status.peer) ? 2 : 1;
    const pending = isEqual ? 0 : history?.log.pendingPush(status.peer, deviceId) ?? 0;
    const gap = replication?.gap(status.peer);
    const arrived = memory?.arrived ?? 0;
    return {
      peer_id: status.peer,
      // The peer book takes a new name up with the next round.
      device_id: replication?.deviceOf(status.peer) ?? status.deviceId ?? null,
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
      pending_push: pending,
      user_id: replication?.userOf(status.peer) ?? status.userId ?? null,
      behind: gap?.behind ?? null,
      arrived: gap === undefined ? arrived : gap.arrived,
      ahead: gap?.ahead ?? pending,
      given: gap?.given ?? (pending > 0 ? memory?.given ?? 0 : 0),
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
      memory = { lastSyncMs: undefined, lastError: undefined, arrived: 0, given: 0 };
      this.#peers.set(peer, memory);
    }
    return memory;
  }
}

/**
 * Those that rounds are made with, and those that have dialled us and that nobody has named: by protocol
 * 2 they are equal to us like any other.
 */
function peersOf(session: SyncSession | undefined): readonly PeerStatus[] {
  if (session === undefined) return [];
  const known = session.engine.peers();
  const seen = new Set<PeerId>(known.map(({ peer }) => peer));
  const nothing = { deviceId: undefined, hostname: undefined, userId: undefined };
  const callers: PeerStatus[] = [];
  for (const { peer, route } of session.node?.connections() ?? []) {
    if (seen.has(peer) || !session.replication?.serves(peer)) continue;
    seen.add(peer);
    callers.push({ peer, route, ...nothing, busy: false, failures: 0, retryInMs: 0, held: [] });
  }
  return [...known, ...callers];
}

/** Until another device has the new key, nobody can be synced with. */
function replacedKey(before: string | undefined, now: string | undefined): string[] {
  if (before === undefined || now === undefined || before === now) return [];
  return [
    `The swarm key was replaced (${now}, before ${before}): nobody has synced with it yet. Give it to ` +
    "the other devices with `rr pair`, or put the old one back",
  ];
}

function incidentView(incident: Incident): IncidentView {
  const { kind, atUnix, healedUnix, count, peer, name } = incident;
  return { kind, at_unix: atUnix, healed_unix: healedUnix ?? null, count, peer_id: peer, name };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
