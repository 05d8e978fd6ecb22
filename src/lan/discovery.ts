/** Finding each other on the local network: when to send what, and who was heard. */
import { linkedController } from "../base/async/linked_signal.ts";
import { type Clock, laterStamp } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { NONCE_BYTES } from "../pair/seal.ts";
import { type Beacon, BEACON_BYTES, type BeaconKind, openBeacon, sealBeacon } from "./beacon.ts";
import { BeaconGuard, MAX_CLOCK_SKEW_MS } from "./guard.ts";
import { interfaceKey, type LanInterface } from "./interfaces.ts";
import { isSameIp } from "./ip.ts";

/** Sends and receives datagrams; one group for all. */
export interface Multicast extends AsyncDisposable {
  /** The interfaces that work now. */
  interfaces(): readonly LanInterface[];
  /** Sends on one interface; what cannot be sent is dropped. */
  send(on: LanInterface, datagram: Uint8Array): void;
  /** Called for every datagram, our own included. */
  onDatagram(take: (datagram: Uint8Array, source: string) => void): void;
  /** Called when {@linkcode Multicast.interfaces} has changed. */
  onChange(changed: () => void): void;
}

/** Somebody on the network. */
export interface LanPeer {
  readonly subject: Uint8Array;
  /** Where it takes connections, the one heard last first. */
  readonly places: readonly { readonly address: string; readonly port: number }[];
}

/** Who we are on the network. */
export interface LanOptions {
  /** See `swarmBeaconKey()`. */
  readonly key: Uint8Array;
  /** 32 bytes by which the others know us. */
  readonly subject: Uint8Array;
  /** The port on which we take connections at this address of ours; `undefined` if we do not. */
  readonly portAt: (address: string) => number | undefined;
  /** Called for whoever is new or at another place than before. */
  readonly onPeer: (peer: LanPeer) => void;
  /**
   * How far the others' clocks may be from ours, in ms. `Infinity` where a recording could do no harm,
   * as in a pairing: its number is no secret. @default {MAX_CLOCK_SKEW_MS}
   */
  readonly maxSkewMs?: number | undefined;
  /** Called when somebody at another machine's address goes by our subject. @default {nobody is told} */
  readonly onTwin?: ((place: LanPeer["places"][number]) => void) | undefined;
}

/** What discovery needs. */
export interface LanDeps {
  readonly multicast: Multicast;
  readonly clock: Clock;
  readonly random: Random;
  /** @default {a silent one} */
  readonly logger?: Logger | undefined;
}

/** When to greet after the start or a change, in ms: datagrams get lost, and switches need a moment. */
const GREETINGS_MS = [0, 250, 1_000];
/** The slow heartbeat, by which the others know that we are still there. */
export const HEARTBEAT_MS = 60_000;
/** After this time without a word, somebody is gone: three heartbeats and a little. */
export const SILENCE_MS = 200_000;
/** Shortest time between two answers on one interface; one answer reaches everybody. */
const ANSWER_PAUSE_MS = 200;
/** Most peers kept; a person has a handful. */
const MAX_PEERS = 256;
/** Most places kept of one peer. */
const MAX_PLACES = 8;
/** Shortest time between two words to new strangers: made-up sources must not make us talk. */
const STRANGER_PAUSE_MS = 5_000;
/** Most addresses kept of those who speak with another key; beyond it, nothing new is learnt. */
const MAX_STRANGERS = 16;

interface Heard {
  readonly subject: Uint8Array;
  readonly places: Map<string, { address: string; port: number; heardAt: number }>;
}

/** Greets, answers, and remembers who was heard. */
export class LanDiscovery {
  readonly #options: LanOptions;
  readonly #deps: LanDeps;
  readonly #logger: Logger;
  readonly #guard: BeaconGuard;
  readonly #heard = new Map<string, Heard>();
  readonly #answered = new Map<string, number>();
  /** Where beacons came from that our key does not open, and when. */
  readonly #strangers = new Map<string, number>();
  #lastSentMs = 0;
  #shownMs = -Infinity;
  #greet: Pick<AbortController, "abort"> = new AbortController();
  #stale = 0;
  #isRunning = true;

  /** Prepares discovery; nothing is sent before {@linkcode LanDiscovery.run}. */
  constructor(options: LanOptions, deps: LanDeps) {
    this.#options = options;
    this.#guard = new BeaconGuard(options.maxSkewMs);
    this.#deps = deps;
    this.#logger = deps.logger ?? silentLogger();
    deps.multicast.onDatagram((datagram, source) => this.#take(datagram, source));
    deps.multicast.onChange(() => this.changed());
  }

  /** Greets and keeps the heartbeat until the signal is aborted, then says goodbye. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    while (!signal.aborted) {
      using greet = linkedController(signal);
      this.#greet = greet;
      const either = greet.signal;
      try {
        let before = 0;
        for (const at of GREETINGS_MS) {
          await clock.sleep(at - before, either);
          before = at;
          this.#sendAll("hello");
        }
        for (;;) {
          await clock.sleep(HEARTBEAT_MS * (0.9 + 0.2 * random.unit()), either);
          this.#sendAll("here");
        }
      } catch (error) {
        if (!either.aborted) throw error;
        // stopped, or something has changed: greet again
      }
    }
    this.#isRunning = false;
    this.#sendAll("bye");
  }

  /** Greets again, because our ports or networks are others now. */
  changed(): void {
    this.#greet.abort(new Error("the network or our addresses changed"));
  }

  /** Who was heard lately. */
  peers(): readonly LanPeer[] {
    this.#forget();
    return [...this.#heard.values()].map(toPeer);
  }

  /**
   * Addresses from which beacons came lately that our key does not open: devices of another swarm, or
   * a pairing. Nothing else can be known of them. Those on this very machine are none: our own pairing,
   * or the device of another user.
   */
  strangers(): readonly string[] {
    const since = this.#deps.clock.monotonic() - SILENCE_MS;
    return [...this.#strangers].filter(([, heardAt]) => heardAt >= since).map(([source]) => source);
  }

  /** Beacons of key holders that came with a time far from ours: their clock or ours is wrong. */
  get staleBeacons(): number {
    return this.#stale;
  }

  #sendAll(kind: BeaconKind): void {
    for (const on of this.#deps.multicast.interfaces()) this.#send(kind, on);
  }

  #send(kind: BeaconKind, on: LanInterface): void {
    const { clock, random, multicast } = this.#deps;
    const { key, subject, portAt } = this.#options;
    const { maxSkewMs = MAX_CLOCK_SKEW_MS } = this.#options;
    this.#lastSentMs = laterStamp(clock.now(), this.#lastSentMs, maxSkewMs);
    const port = portAt(on.address) ?? 0;
    const beacon: Beacon = { kind, atMs: this.#lastSentMs, subject, address: on.address, port };
    multicast.send(on, sealBeacon(beacon, key, on.source, random.bytes(NONCE_BYTES)));
  }

  #take(datagram: Uint8Array, source: string): void {
    const { clock } = this.#deps;
    if (!this.#isRunning || !this.#guard.mayOpen(source, clock.monotonic())) return;
    const beacon = openBeacon(datagram, this.#options.key, source);
    if (beacon === undefined) return this.#noteStranger(datagram, source);
    if (isSame(beacon.subject, this.#options.subject)) return this.#noteOwn(beacon, source);
    const judged = this.#guard.judge(beacon, clock.now());
    if (judged === "stale" && this.#stale++ === 0) {
      const apartSec = Math.round((beacon.atMs - clock.now()) / 1_000);
      this.#logger.warn("A device on this network has another time than we", { source, apartSec });
    }
    if (judged !== "fresh") return;
    if (beacon.kind === "bye") return void this.#heard.delete(nameOf(beacon.subject));
    this.#remember(beacon);
    if (beacon.kind === "hello") this.#answer();
  }

  /** Our own word comes back to us; under a source that is not ours, it is another machine's. */
  #noteOwn({ kind, address, port }: Beacon, source: string): void {
    const { multicast } = this.#deps;
    const isOurs = (one: LanInterface): boolean =>
      isSameIp(one.source, source) || isSameIp(one.address, address);
    if (kind === "bye" || port === 0 || multicast.interfaces().some(isOurs)) return;
    this.#options.onTwin?.({ address, port });
  }

  #noteStranger(datagram: Uint8Array, source: string): void {
    if (datagram.length !== BEACON_BYTES) return;
    if (this.#deps.multicast.interfaces().some((one) => isSameIp(one.source, source))) return;
    if (!this.strangers().includes(source)) this.#showStranger();
    const oldest = this.#strangers.keys().next().value;
    if (this.#strangers.size >= MAX_STRANGERS && !this.#strangers.has(source)) {
      this.#strangers.delete(oldest!);
    }
    this.#strangers.delete(source);
    this.#strangers.set(source, this.#deps.clock.monotonic());
  }

  /** So that it knows of us at once, as we of it: a wrong key is then seen on both sides. */
  #showStranger(): void {
    const now = this.#deps.clock.monotonic();
    if (now - this.#shownMs < STRANGER_PAUSE_MS) return;
    this.#shownMs = now;
    for (const on of this.#deps.multicast.interfaces()) this.#send("here", on);
  }

  #remember(beacon: Beacon): void {
    if (beacon.port === 0) return;
    this.#forget();
    const name = nameOf(beacon.subject);
    const heard = this.#heard.get(name) ?? { subject: beacon.subject, places: new Map() };
    if (!this.#heard.has(name) && this.#heard.size >= MAX_PEERS) return;
    this.#heard.set(name, heard);
    const { address, port } = beacon;
    const place = `${address} ${port}`;
    const isNew = !heard.places.has(place);
    if (isNew && heard.places.size >= MAX_PLACES) return;
    heard.places.set(place, { address, port, heardAt: this.#deps.clock.monotonic() });
    if (isNew) this.#options.onPeer(toPeer(heard));
  }

  /** Everybody hears the answer, so one for many greetings is enough. */
  #answer(): void {
    const now = this.#deps.clock.monotonic();
    for (const on of this.#deps.multicast.interfaces()) {
      const key = interfaceKey(on);
      const last = this.#answered.get(key);
      if (last !== undefined && now - last < ANSWER_PAUSE_MS) continue;
      this.#answered.set(key, now);
      this.#send("here", on);
    }
  }

  #forget(): void {
    const now = this.#deps.clock.monotonic();
    for (const [name, { places }] of this.#heard) {
      for (const [place, { heardAt }] of places) {
        if (now - heardAt > SILENCE_MS) places.delete(place);
      }
      if (places.size === 0) this.#heard.delete(name);
    }
  }
}

function toPeer({ subject, places }: Heard): LanPeer {
  const latestFirst = [...places.values()].sort((a, b) => b.heardAt - a.heardAt);
  return { subject, places: latestFirst.map(({ address, port }) => ({ address, port })) };
}

function nameOf(subject: Uint8Array): string {
  return subject.join(",");
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
