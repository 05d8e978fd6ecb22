/** Tracker, relay and, if wanted, an always-on device, as one program. */
import { stopwatch } from "../../base/clock.ts";
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
import { sharePort } from "../../process/shared_port.ts";
import { createTracker, type Tracker } from "../../tracker/server/handler.ts";
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
import { HubNotes, type HubStatus } from "./hub_status.ts";
import { bindOf, onAllAddresses } from "./listen.ts";
import { whileKeyed } from "./while_keyed.ts";

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
  readonly #uptimeMs: () => number;
  readonly #notes: HubNotes;
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
    this.#uptimeMs = stopwatch(parts.world.clock);
    this.#notes = new HubNotes(parts.world.clock);
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
        this.#notes.failed(
          `tracker: ${request.method} was answered ${answer.status}${whyOf(answer)}`,
        );
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
    if (this.#keyText() === undefined) {
      this.#parts.logger.warn(
        "No device has paired with this hub: its relay begins once `rr hub pair` has brought a key",
      );
    }
    return this.withKey((stop) => this.#relayWithKey(stop), signal);
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
      if (event.type === "reservation") this.#notes.connected(event.peer);
      if (event.type === "reservation-ended") this.#notes.disconnected(event.peer);
      if (event.type === "circuit-refused") {
        this.#notes.failed(`relay: too many connections: ${event.from} to ${event.to}`);
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
      this.#notes.forgetConnected();
    }
  }

  /** Runs `work` while there is a swarm key, again for each new one. */
  withKey(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    return whileKeyed(() => this.#keyText(), work, this.#world.clock, signal);
  }

  #keyText(): string | undefined {
    return this.#world.files.readText(this.#folder.swarmKeyPath);
  }

  #status(): HubStatus {
    const relay = this.#relay;
    const usage = relay?.usage();
    return {
      version: VERSION,
      pid: this.#world.pid,
      uptime_sec: Math.floor(this.#uptimeMs() / 1_000),
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
      ...this.#notes.status(),
    };
  }
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
