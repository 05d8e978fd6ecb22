/** Devices, the links between them, and time: a network without sockets and clocks. */
import type { Effect, Event, ExchangeId, Note } from "../../../src/named/effects.ts";
import type { Frame } from "../../../src/named/frames.ts";
import { askedBy, nextWake, react } from "../../../src/named/react.ts";
import { createReplica, type Replica } from "../../../src/named/state.ts";
import { factsOf } from "../../../src/named/item.ts";
import { MemoryItems } from "../../fakes/memory_items.ts";
import type { Random } from "../../../src/base/random.ts";
import { seededRandom } from "../../fakes/seeded_random.ts";
import { bytesOf } from "./frame_bytes.ts";
import { Agenda } from "./heap.ts";
import { Link } from "./link.ts";

/** One device, running or not. */
export interface Device {
  readonly name: string;
  /** Its PeerId, which a clone shares. */
  readonly peer: string;
  readonly items: MemoryItems;
  state: Replica | undefined;
  /** Changes at every start, so that what was meant for the last run is dropped. */
  boot: number;
  wakeAt: number;
  /** Batches that were taken in beside the machine, which has not been told of them yet. */
  untold: Event[];
  /** Items received, and those of them that were new. */
  received: number;
  gained: number;
}

/** What can go wrong on the way. */
export interface Trouble {
  /** Share of live frames that are lost, as the queue was full. */
  readonly dropped: number;
  /** Share of live frames that come twice. */
  readonly doubled: number;
}

/** See the file's description. */
export class SimWorld {
  readonly agenda = new Agenda();
  readonly devices: Device[] = [];
  readonly links: Link[] = [];
  readonly notes: { readonly device: string; readonly note: Note }[] = [];
  /** Frames and their rough bytes. */
  readonly traffic = { frames: 0, bytes: 0 };
  trouble: Trouble = { dropped: 0, doubled: 0 };
  /** Called with everything that is sent. */
  onFrame: ((from: Device, frame: Frame) => void) | undefined;
  readonly #random: Random;
  /** Of its own, so that the seeds of all that is older go on meaning the same. */
  readonly #beside: Random;
  #inbound = 0;

  constructor(random: Random, beside: Random = seededRandom(1)) {
    this.#random = random;
    this.#beside = beside;
  }

  add(name: string, peer = name, pageItems = 50): Device {
    const items = new MemoryItems(pageItems);
    const device = {
      name,
      peer,
      items,
      state: undefined,
      boot: 0,
      wakeAt: Infinity,
      untold: [],
      received: 0,
      gained: 0,
    };
    this.devices.push(device);
    return device;
  }

  start(device: Device): void {
    if (device.state !== undefined) return;
    device.boot++;
    device.wakeAt = Infinity;
    const seed = Math.floor(this.#random.unit() * 2 ** 32);
    device.state = createReplica({
      self: device.peer,
      store: device.name,
      user: "kim",
      app: "sim",
      seed,
    });
    device.items.absorb();
    this.#pollLater(device);
  }

  stop(device: Device): void {
    for (const link of this.linksOf(device)) this.cut(link);
    device.state = undefined;
    device.untold = [];
  }

  linksOf(device: Device): Link[] {
    return this.links.filter((link) => link.open && link.ends.includes(device));
  }

  isLinked(a: Device, b: Device): boolean {
    return this.linksOf(a).some((link) => link.ends.includes(b));
  }

  connect(a: Device, b: Device, latency: number): void {
    if (a === b || a.peer === b.peer || !a.state || !b.state || this.isLinked(a, b)) return;
    // Two clones cannot both be connected to the same device under one name.
    for (const [one, other] of [[a, b], [b, a]] as const) {
      if (one.state!.peers.has(other.peer)) return;
    }
    const link = new Link([a, b], latency);
    this.links.push(link);
    for (const [one, other] of [[a, b], [b, a]] as const) {
      this.handle(one, { type: "up", peer: other.peer });
    }
  }

  cut(link: Link): void {
    if (!link.open) return;
    link.open = false;
    this.links.splice(this.links.indexOf(link), 1);
    const [a, b] = link.ends;
    this.handle(a, { type: "down", peer: b.peer });
    this.handle(b, { type: "down", peer: a.peer });
  }

  handle(device: Device, event: Event): void {
    if (device.state === undefined || this.#takeBeside(device, event)) return;
    this.#tell(device);
    this.#react(device, event);
  }

  /**
   * Has the store take a batch in by itself, as a thread of its own does for long exchanges: the machine is
   * told later, of several at once, and before anything else happens. Whether it does.
   */
  #takeBeside(device: Device, event: Event): boolean {
    const state = device.state!;
    if (event.type !== "exchange" || event.frame.type !== "batch") return false;
    const { x, frame: { items } } = event;
    const peer = askedBy(state, x);
    if (peer === undefined) return false;
    if (this.#beside.unit() < 0.5) return false;
    const applied = device.items.apply(items);
    const gained = applied.gained.map(factsOf);
    const outcome = { ...applied, gained, received: items.length, peer: peer.id };
    device.untold.push({ type: "taken", x, outcome });
    const { boot } = device;
    this.agenda.after(20 + 400 * this.#beside.unit(), () => {
      if (device.boot === boot) this.#tell(device);
    });
    return true;
  }

  #tell(device: Device): void {
    for (const event of device.untold.splice(0)) this.#react(device, event);
  }

  #react(device: Device, event: Event): void {
    const { state } = device;
    if (state === undefined) return;
    const effects = react(state, event, { store: device.items, now: this.agenda.now });
    for (const effect of effects) this.#apply(device, effect);
    this.#wakeLater(device);
  }

  /** The device looks at what was written beside the exchange. */
  poll(device: Device): void {
    this.#tell(device);
    const { items, shrank } = device.items.absorb();
    if (items.length > 0 || shrank) this.handle(device, { type: "changed", items, shrank });
  }

  #pollLater(device: Device): void {
    const { boot } = device;
    this.agenda.after(100 + 300 * this.#random.unit(), () => {
      if (device.boot !== boot || device.state === undefined) return;
      this.poll(device);
      this.#pollLater(device);
    });
  }

  #wakeLater(device: Device): void {
    const at = nextWake(device.state!);
    if (at === Infinity || at >= device.wakeAt) return;
    device.wakeAt = at;
    const { boot } = device;
    this.agenda.after(Math.max(0, at - this.agenda.now), () => {
      if (device.boot !== boot || device.state === undefined) return;
      device.wakeAt = Infinity;
      this.handle(device, { type: "time" });
    });
  }

  #linkTo(device: Device, peer: string): Link | undefined {
    return this.linksOf(device).find((link) => otherEnd(link, device).peer === peer);
  }

  #apply(device: Device, effect: Effect): void {
    switch (effect.type) {
      case "send": {
        const link = this.#linkTo(device, effect.peer);
        if (link === undefined) return;
        const { frame } = effect;
        if (frame.type === "live" && this.#random.unit() < this.trouble.dropped) {
          return this.agenda.after(0, () => {
            this.handle(device, { type: "dropped", peer: effect.peer });
          });
        }
        const twice = frame.type === "live" && this.#random.unit() < this.trouble.doubled;
        for (let i = twice ? 0 : 1; i < 2; i++) {
          this.#deliver(link, device, frame, { type: "frame", peer: device.peer, frame });
        }
        return;
      }
      case "open": {
        const link = this.#linkTo(device, effect.peer);
        const { x, frame } = effect;
        if (link === undefined) return this.#closeLater(device, x);
        const far = --this.#inbound;
        link.exchanges.set(`${device.name} ${x}`, far);
        link.exchanges.set(`${otherEnd(link, device).name} ${far}`, x);
        return this.#deliver(link, device, frame, {
          type: "asked",
          x: far,
          peer: device.peer,
          frame,
        });
      }
      case "write": {
        const [link, far] = this.#exchange(device, effect.x);
        if (link === undefined) return;
        this.#deliver(link, device, effect.frame, {
          type: "exchange",
          x: far,
          frame: effect.frame,
        });
        if (!effect.more) return;
        return this.agenda.after(link.latency / 2, () => {
          if (link.open) this.handle(device, { type: "writable", x: effect.x });
        });
      }
      case "abort": {
        const [link, far] = this.#exchange(device, effect.x);
        return link && this.#deliver(link, device, undefined, { type: "closed", x: far });
      }
      case "close":
        return;
      case "received":
        device.received += effect.received;
        device.gained += effect.gained.length;
        this.notes.push({ device: device.name, note: effect });
        return;
      default:
        this.notes.push({ device: device.name, note: effect });
    }
  }

  #closeLater(device: Device, x: ExchangeId): void {
    this.agenda.after(0, () => this.handle(device, { type: "closed", x }));
  }

  #exchange(device: Device, x: ExchangeId): readonly [Link, ExchangeId] | readonly [undefined, 0] {
    for (const link of this.linksOf(device)) {
      const far = link.exchanges.get(`${device.name} ${x}`);
      if (far !== undefined) return [link, far];
    }
    return [undefined, 0];
  }

  #deliver(link: Link, from: Device, frame: Frame | undefined, event: Event): void {
    const to = otherEnd(link, from);
    const { boot } = to;
    if (frame !== undefined) {
      this.traffic.frames++;
      this.traffic.bytes += bytesOf(frame);
      this.onFrame?.(from, frame);
    }
    const direction = link.ends[0] === from ? 0 : 1;
    const arrival = Math.max(
      this.agenda.now + link.latency * (0.8 + 0.4 * this.#random.unit()),
      link.arrivals[direction],
    );
    link.arrivals[direction] = arrival;
    this.agenda.after(arrival - this.agenda.now, () => {
      if (link.open && to.boot === boot) this.handle(to, event);
    });
  }
}

function otherEnd(link: Link, device: Device): Device {
  return link.ends[0] === device ? link.ends[1] : link.ends[0];
}
