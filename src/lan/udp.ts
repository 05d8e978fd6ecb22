/** Multicast over UDP: a socket for each interface and address family. */
import type { Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { pauseUntilBeat } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { toError } from "../base/rr_error.ts";
import { bindDatagrams, createDatagramSocket } from "./datagrams.ts";
import type { Multicast } from "./discovery.ts";
import { interfaceKey, type LanInterface, lanInterfaces } from "./interfaces.ts";

/** The UDP port of beacons, beside the 8845 of syncing. */
const LAN_PORT = 8846;
/** Organization-local scope (RFC 2365): does not leave the network. */
const GROUP_4 = "239.255.82.114";
/** Link-local scope, transient. */
const GROUP_6 = "ff12::7272";
/** How often the interfaces are looked at: somebody joins a wireless network now and then. */
const LOOK_MS = 3_000;

/** What it needs. */
export interface UdpDeps {
  readonly clock: Clock;
  /** @default {a silent one} */
  readonly logger?: Logger | undefined;
  /** The interfaces of the moment; may throw. @default {those of this machine} */
  readonly interfaces?: (() => ReturnType<typeof networkInterfaces>) | undefined;
}

/**
 * Opens a socket for every interface, and keeps doing so as interfaces come and go. Where the system does
 * not tell them, as in some sandboxes, those that are open stay, and it is asked again.
 */
export async function openMulticast(deps: UdpDeps): Promise<Multicast> {
  const udp = new UdpMulticast(deps);
  await udp.look();
  udp.keepLooking();
  return udp;
}

interface Open {
  readonly on: LanInterface;
  readonly socket: Socket;
}

class UdpMulticast implements Multicast {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #interfaces: () => ReturnType<typeof networkInterfaces>;
  readonly #stop = new AbortController();
  readonly #failed = new Set<string>();
  /** What could not be sent last, by interface: it may go later, when a firewall or a route has changed. */
  readonly #unsent = new Map<string, Uint8Array>();
  #open = new Map<string, Open>();
  #take: (datagram: Uint8Array, source: string) => void = () => {};
  #changed: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();
  #isBlind = false;

  constructor({ clock, logger = silentLogger(), interfaces = networkInterfaces }: UdpDeps) {
    this.#clock = clock;
    this.#logger = logger;
    this.#interfaces = interfaces;
  }

  interfaces(): readonly LanInterface[] {
    return [...this.#open.values()].map(({ on }) => on);
  }

  send(on: LanInterface, datagram: Uint8Array): void {
    this.#trySend(on, datagram, (error) => {
      if (!error) return;
      this.#unsent.set(interfaceKey(on), datagram);
      this.#complain(on, "send", error);
    });
  }

  #trySend(on: LanInterface, datagram: Uint8Array, done: (error: Error | null) => void): void {
    const { socket } = this.#open.get(interfaceKey(on)) ?? {};
    const group = on.family === 4 ? GROUP_4 : `${GROUP_6}%${on.name}`;
    socket?.send(datagram, LAN_PORT, group, done);
  }

  /** Where sending failed and works now, everybody is greeted anew; until then nothing leaves. */
  #sendAgain(): void {
    for (const [key, datagram] of this.#unsent) {
      const on = this.#open.get(key)?.on;
      if (on === undefined) this.#unsent.delete(key);
      else {
        this.#trySend(on, datagram, (error) => {
          if (!error && this.#unsent.delete(key)) this.#changed();
        });
      }
    }
  }

  onDatagram(take: (datagram: Uint8Array, source: string) => void): void {
    this.#take = take;
  }

  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** Looks, and says once that it cannot: what is open is of use all the same. */
  async look(): Promise<void> {
    try {
      await this.#follow();
      this.#isBlind = false;
    } catch (error) {
      if (!this.#isBlind) {
        this.#logger.warn("Cannot follow the network interfaces, trying again", {
          error: toError(error).message,
        });
      }
      this.#isBlind = true;
    }
  }

  /** Opens what is new and closes what is gone. */
  async #follow(): Promise<void> {
    const wanted = new Map(lanInterfaces(this.#interfaces()).map((on) => [interfaceKey(on), on]));
    let changed = false;
    for (const [key, { socket }] of this.#open) {
      if (wanted.has(key)) continue;
      socket.close();
      this.#open.delete(key);
      changed = true;
    }
    for (const [key, on] of wanted) {
      if (this.#open.has(key)) continue;
      const socket = await this.#bind(on);
      if (socket === undefined) continue;
      this.#open.set(key, { on, socket });
      changed = true;
    }
    if (changed) this.#changed();
    this.#sendAgain();
  }

  keepLooking(): void {
    const { signal } = this.#stop;
    this.#looking = (async () => {
      for (;;) {
        await pauseUntilBeat(this.#clock, LOOK_MS, signal);
        if (signal.aborted) return;
        await this.look();
      }
    })();
  }

  async #bind(on: LanInterface): Promise<Socket | undefined> {
    const v6 = on.family === 6;
    const socket = createDatagramSocket(on.family);
    try {
      await bindDatagrams(socket, LAN_PORT);
      socket.on("error", (error) => this.#complain(on, "receive", error));
      const where = v6 ? `::%${on.name}` : on.source;
      socket.addMembership(v6 ? GROUP_6 : GROUP_4, where);
      socket.setMulticastInterface(where);
      socket.setMulticastTTL(1);
      socket.on("message", (datagram, { address }) => this.#take(datagram, address));
      return socket;
    } catch (error) {
      // A VPN or a bridge without multicast is no fault: the other interfaces do.
      this.#complain(on, "open", toError(error));
      socket.close();
      return undefined;
    }
  }

  /** Says each kind of failure once for an interface. */
  #complain(on: LanInterface, what: string, error: Error): void {
    const key = `${what} ${interfaceKey(on)}`;
    if (this.#failed.has(key)) return;
    this.#failed.add(key);
    const { name, family } = on;
    this.#logger.debug("No multicast here", {
      interface: name,
      family,
      what,
      error: error.message,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("discovery is over"));
    await this.#looking;
    for (const { socket } of this.#open.values()) {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
    this.#open = new Map();
  }
}
