/** Tracker, relay and, if wanted, an always-on device, as one program. */
import { linkedController } from "../../base/async/linked_signal.ts";
import type { Part } from "../../base/async/supervise.ts";
import { supervise } from "../../base/async/supervise.ts";
import { type Door, keepOpen } from "../../base/async/door.ts";
import { untilAborted } from "../../base/async/until_aborted.ts";
import type { World } from "../../base/world.ts";
import { controlSocketPath } from "../../control/socket_path.ts";
import { serveControl } from "../../control/server.ts";
import { loadSwarmKey, swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import { loadOrCreateIdentity } from "../../net/keys/identity.ts";
import { type Relay, startRelay } from "../../net/relay/relay.ts";
import type { ProcessParts } from "../../process/process_parts.ts";
import { serveHttp } from "../../process/http_serve.ts";
import { type BindAddress, formatBind, type HttpServer } from "../../base/http.ts";
import { causeChain } from "../../base/rr_error.ts";
import { sharePort } from "../../process/shared_port.ts";
import { createTracker, type Tracker } from "../../tracker/handler.ts";
import { VERSION } from "../../version.ts";
import {
  type HubFolder,
  type HubSettings,
  hubToken,
  isOnePort,
  relayAddr,
  relayPlace,
  trackerUrl,
} from "./folder.ts";

/** What `rr hub status` prints. */
export interface HubStatus {
  readonly version: string;
  readonly uptime_sec: number;
  /** Whether it has a swarm key; without one there is no relay. */
  readonly paired: boolean;
  readonly swarm_key_fingerprint: string | null;
  readonly tracker: { readonly url: string; readonly devices: number };
  readonly relay: {
    readonly addr: string;
    readonly connections: number;
    readonly reservations: number;
    readonly circuits: number;
  } | null;
  /** Devices that the relay has a place for, and when they got it (Unix seconds). */
  readonly connected: readonly { readonly peer_id: string; readonly since_unix: number }[];
  /** What went wrong lately, oldest first. */
  readonly failures: readonly { readonly at_unix: number; readonly what: string }[];
}

/** How often to look whether a swarm key has come, or another one. */
const KEY_LOOK_MS = 1_000;
/** Failures that are remembered. */
const MOST_FAILURES = 20;
/** Devices that are remembered as connected. */
const MOST_CONNECTED = 1_000;

/** Behind a shared port. */
const INNER: BindAddress = { host: "127.0.0.1", port: 0 };

type HubParts = Omit<ProcessParts, keyof AsyncDisposable>;

/** Runs until the signal is aborted; `peer` runs the always-on device once there is a key. */
export async function runHub(
  folder: HubFolder,
  settings: HubSettings,
  parts: HubParts,
  peer: ((signal: AbortSignal) => Promise<void>) | undefined,
  signal: AbortSignal,
): Promise<void> {
  const hub = new Hub(folder, settings, parts);
  const { clock, random } = parts.world;
  const rows: Part[] = [
    { name: "tracker", run: (stop) => hub.track(stop) },
    { name: "relay", run: (stop) => hub.relay(stop) },
    { name: "status", run: (stop) => hub.answer(stop) },
  ];
  if (isOnePort(settings)) rows.push({ name: "port", run: (stop) => hub.share(stop) });
  if (peer) rows.push({ name: "always-on device", run: (stop) => hub.withKey(peer, stop) });
  await supervise(rows, { clock, random, logger: parts.logger }, signal);
}

class Hub {
  readonly #folder: HubFolder;
  readonly #settings: HubSettings;
  readonly #parts: HubParts;
  readonly #world: World;
  readonly #startedMs: number;
  readonly #connected = new Map<string, number>();
  readonly #failures: { at_unix: number; what: string }[] = [];
  #tracker: Tracker | undefined;
  #relay: Relay | undefined;
  #innerTracker: BindAddress | undefined;
  #innerRelay: BindAddress | undefined;
  #fingerprint: string | undefined;

  constructor(folder: HubFolder, settings: HubSettings, parts: HubParts) {
    this.#folder = folder;
    this.#settings = settings;
    this.#parts = parts;
    this.#world = parts.world;
    this.#startedMs = parts.world.clock.now();
  }

  async track(signal: AbortSignal): Promise<void> {
    const { logger, metrics } = this.#parts;
    const { clock } = this.#world;
    const tracker = createTracker({ token: hubToken(this.#folder, this.#world) }, {
      clock,
      logger,
      metrics,
    });
    this.#tracker = tracker;
    const isShared = isOnePort(this.#settings);
    const handler = async (request: Request): Promise<Response> => {
      const answer = await tracker.fetch(request);
      if (answer.status >= 400 && answer.status !== 404) {
        this.#failed(`tracker: ${request.method} was answered ${answer.status}${whyOf(answer)}`);
      }
      return answer;
    };
    const { trackerPort } = this.#settings;
    await using server: HttpServer = isShared
      ? await serveHttp(INNER, handler, signal)
      : await onAllAddresses(trackerPort, (bind) => serveHttp(bind, handler, signal));
    this.#innerTracker = server.address;
    if (!isShared) this.#isUp(server.address);
    await Promise.all([server.finished, this.#watch(server.door, signal)]);
  }

  /** One port for both, each of which listens on loopback alone. */
  async share(signal: AbortSignal): Promise<void> {
    const { trackerPort: port } = this.#settings;
    const targets = { http: () => this.#innerTracker, other: () => this.#innerRelay };
    await using shared = await onAllAddresses(port, (bind) => sharePort(bind, targets));
    this.#isUp(shared.address);
    await this.#watch(shared.door, signal);
  }

  async #watch(door: Door, signal: AbortSignal): Promise<void> {
    const { logger, health } = this.#parts;
    const deps = { clock: this.#world.clock, logger, onState: health.listenerChanged };
    await keepOpen(door, deps, signal);
  }

  #isUp(address: BindAddress): void {
    this.#parts.say(`tracker listen: http://${formatBind(address)}`);
    this.#parts.notifier.ready("hub");
  }

  /** With the key that is there; with another one from the moment it comes. */
  relay(signal: AbortSignal): Promise<void> {
    return this.withKey((stop) => this.#relayWithKey(stop), signal);
  }

  /** Runs `work` while there is a swarm key, again for each new one. */
  async withKey(
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const key = this.#keyText();
      if (key === undefined) {
        await this.#world.clock.sleep(KEY_LOOK_MS, signal).catch(() => {});
        continue;
      }
      using changed = linkedController(signal);
      const until = changed.signal;
      const working = work(until).catch((error) => {
        if (until.aborted) return;
        changed.abort(error);
        throw error;
      });
      while (!until.aborted && this.#keyText() === key) {
        await this.#world.clock.sleep(KEY_LOOK_MS, until).catch(() => {});
      }
      changed.abort(new Error("the hub has another swarm key"));
      await working;
    }
  }

  async answer(signal: AbortSignal): Promise<void> {
    const handlers = { status: () => Promise.resolve(this.#status()) };
    const path = controlSocketPath(`${this.#folder.path}/hub`);
    const { clock } = this.#world;
    const { logger, health } = this.#parts;
    const deps = { clock, logger, onState: health.partChanged };
    await using server = await serveControl(path, handlers, deps, signal);
    await Promise.all([server.finished, keepOpen(server.door, deps, signal)]);
  }

  async #relayWithKey(signal: AbortSignal): Promise<void> {
    const { logger, say, health } = this.#parts;
    const swarmKey = await loadSwarmKey(this.#folder.swarmKeyPath, this.#world);
    if (swarmKey === undefined) return;
    const identity = await loadOrCreateIdentity(this.#folder.relayKeyPath, this.#world);
    const isShared = isOnePort(this.#settings);
    const own = { identity, swarmKey: swarmKey.key };
    const where = isShared
      ? { listen: ["/ip4/127.0.0.1/tcp/0"], announce: [relayPlace(this.#settings)] }
      : {
        listen: ["/ip4/0.0.0.0", "/ip6/::"].map((host) =>
          `${host}/tcp/${this.#settings.relayPort}`
        ),
      };
    await using relay = await startRelay({ ...own, ...where }, {
      ...this.#world,
      logger,
      onListener: health.listenerChanged,
    });
    using _events = relay.onEvent((event) => {
      if (event.type === "reservation") this.#noteConnected(event.peer);
      if (event.type === "circuit-refused") {
        this.#failed(`relay: too many connections: ${event.from} to ${event.to}`);
      }
    });
    this.#relay = relay;
    this.#fingerprint = swarmKeyFingerprint(swarmKey.key);
    const listening = relay.listening();
    this.#innerRelay = isShared ? bindOf(listening[0]!) : undefined;
    for (const addr of isShared ? [relayAddr(this.#settings, relay.peer)] : listening) {
      say(`relay listen: ${addr}`);
    }
    try {
      await Promise.race([untilAborted(signal), untilAborted(relay.stopped)]);
    } finally {
      this.#relay = undefined;
      this.#innerRelay = undefined;
      this.#connected.clear();
    }
  }

  #keyText(): string | undefined {
    return this.#world.files.readText(this.#folder.swarmKeyPath);
  }

  #noteConnected(peer: string): void {
    if (this.#connected.size < MOST_CONNECTED || this.#connected.has(peer)) {
      this.#connected.set(peer, this.#nowUnix());
    }
  }

  #failed(what: string): void {
    this.#failures.push({ at_unix: this.#nowUnix(), what });
    if (this.#failures.length > MOST_FAILURES) this.#failures.shift();
  }

  #nowUnix(): number {
    return Math.floor(this.#world.clock.now() / 1_000);
  }

  #status(): HubStatus {
    const relay = this.#relay;
    const usage = relay?.usage();
    return {
      version: VERSION,
      uptime_sec: Math.floor((this.#world.clock.now() - this.#startedMs) / 1_000),
      paired: this.#keyText() !== undefined,
      swarm_key_fingerprint: this.#fingerprint ?? null,
      tracker: { url: trackerUrl(this.#settings), devices: this.#tracker?.peerCount() ?? 0 },
      relay: relay && usage
        ? {
          addr: relayAddr(this.#settings, relay.peer),
          connections: usage.connections,
          reservations: usage.reservations,
          circuits: usage.circuits,
        }
        : null,
      connected: [...this.#connected].map(([peer_id, since_unix]) => ({ peer_id, since_unix })),
      failures: this.#failures,
    };
  }
}

/** Listens on all addresses of the machine: of both families, or of IPv4 where there is no IPv6. */
async function onAllAddresses<T>(
  port: number,
  listen: (bind: BindAddress) => Promise<T>,
): Promise<T> {
  try {
    return await listen({ host: "::", port });
  } catch (error) {
    if (!/EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL/.test(causeChain(error))) throw error;
    return await listen({ host: "0.0.0.0", port });
  }
}

/** Host and port of `/ip4/<host>/tcp/<port>/...`. */
function bindOf(addr: string): BindAddress {
  const [, , host, , port] = addr.split("/");
  return { host: host!, port: Number(port) };
}

/** What a refused request lacked, for a person. */
function whyOf({ status }: Response): string {
  switch (status) {
    case 401:
      return ": the device has another token, or none";
    case 403:
      return ": it is not signed by the swarm's key, or the device's clock is wrong";
    case 429:
    case 503:
      return ": there are too many";
    default:
      return "";
  }
}
