/** The local network as a directory: whom it lists was heard there, and registering means to be heard. */
import type { Clock } from "../../base/clock.ts";
import { Disposers } from "../../base/disposers.ts";
import { supervise } from "../../base/async/supervise.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { swarmBeaconKey } from "../../lan/beacon.ts";
import { LanDiscovery, type LanPeer, type Multicast } from "../../lan/discovery.ts";
import { isSameIp } from "../../lan/ip.ts";
import type { OwnRecord, PeerId, PeerRecord } from "../../swarm/peer.ts";
import { ed25519KeyOf, peerIdOf } from "../../swarm/peer_id.ts";
import type { Directory } from "../../sync/ports.ts";

/** Who we are on the network. */
export interface LanDirectoryOptions {
  /** 32 bytes. */
  readonly swarmKey: Uint8Array;
  readonly peer: PeerId;
  /** Called for every peer that is new or has moved. */
  readonly onPeer: (peer: PeerId) => void;
  /** Called with a multiaddr without an id when another machine greets under our own. */
  readonly onTwin?: ((addr: string) => void) | undefined;
}

/** What it needs. */
export interface LanDirectoryDeps {
  readonly multicast: Multicast;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How long the first question waits for somebody to answer our greeting, in milliseconds. */
const FIRST_ANSWER_MS = 400;
/** A directory's renewal asks for a life span; the heartbeat is the discovery's own affair. */
const TTL_SEC = 60;

/** Begins to greet; disposing says goodbye. */
export function openLanDirectory(
  options: LanDirectoryOptions,
  deps: LanDirectoryDeps,
): LanDirectory {
  return new LanDirectory(options, deps);
}

/** See {@linkcode openLanDirectory}. */
export class LanDirectory implements Directory, AsyncDisposable {
  readonly name = "local network";
  readonly #clock: Clock;
  readonly #discovery: LanDiscovery;
  readonly #startedAt: number;
  readonly #parts = new Disposers();
  #ports: readonly { readonly address: string; readonly port: number }[] = [];

  /** Prefer {@linkcode openLanDirectory}. */
  constructor({ swarmKey, peer, onPeer, onTwin }: LanDirectoryOptions, deps: LanDirectoryDeps) {
    const { multicast, clock, random, logger } = deps;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#discovery = new LanDiscovery({
      key: swarmBeaconKey(swarmKey),
      subject: requiredKey(peer),
      portAt: (address) => this.#ports.find((one) => isSameIp(one.address, address))?.port,
      onPeer: ({ subject }) => onPeer(peerIdOf(subject)),
      onTwin: (place) => onTwin?.(multiaddrOf(place)),
    }, { multicast, clock, random, logger });
    const stop = new AbortController();
    const part = {
      name: "local network",
      run: (signal: AbortSignal) => this.#discovery.run(signal),
    };
    const done = supervise([part], { clock, random, logger }, stop.signal);
    this.#parts.use(multicast);
    this.#parts.use({
      [Symbol.asyncDispose]: async () => {
        stop.abort(new Error("the session ends"));
        await done;
      },
    });
  }

  /** Whoever was heard holds the swarm key; whose name it goes by does not matter. */
  async list(_userId: string, signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    const waited = this.#clock.monotonic() - this.#startedAt;
    if (waited < FIRST_ANSWER_MS && this.#discovery.peers().length === 0) {
      await this.#clock.sleep(FIRST_ANSWER_MS - waited, signal);
    }
    const lastSeenUnix = Math.floor(this.#clock.now() / 1_000);
    return this.#discovery.peers().map((peer) => toRecord(peer, lastSeenUnix));
  }

  register(own: OwnRecord): Promise<number> {
    const ports = own.addrs.flatMap(placeOf);
    if (JSON.stringify(ports) !== JSON.stringify(this.#ports)) {
      this.#ports = ports;
      this.#discovery.changed();
    }
    return Promise.resolve(TTL_SEC);
  }

  /** Addresses of those who greet with another key; see {@linkcode LanDiscovery.strangers}. */
  strangers(): readonly string[] {
    return this.#discovery.strangers();
  }

  /** Whether devices of ours were heard whose clock is too far from ours. */
  get hearsWrongClocks(): boolean {
    return this.#discovery.staleBeacons > 0;
  }

  /** The goodbye is said at the end of the session. */
  withdraw(): Promise<void> {
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}

function toRecord({ subject, places }: LanPeer, lastSeenUnix: number): PeerRecord {
  const peer = peerIdOf(subject);
  const addrs = places.map((place) => `${multiaddrOf(place)}/p2p/${peer}`);
  return {
    peer,
    addrs,
    deviceId: undefined,
    userId: undefined,
    hostname: undefined,
    lastSeenUnix,
  };
}

function multiaddrOf({ address, port }: LanPeer["places"][number]): string {
  return `/${address.includes(":") ? "ip6" : "ip4"}/${address}/tcp/${port}`;
}

/** Where a plain TCP address of ours is; nothing for relayed and other ones. */
function placeOf(addr: string): readonly { readonly address: string; readonly port: number }[] {
  const match = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)(?:\/p2p\/[^/]+)?$/.exec(addr);
  return match ? [{ address: match[1]!, port: Number(match[2]) }] : [];
}

function requiredKey(peer: PeerId): Uint8Array {
  const key = ed25519KeyOf(peer);
  if (key === undefined) {
    throw new RangeError(`Cannot be found as ${peer}: it names no Ed25519 key`);
  }
  return key;
}
