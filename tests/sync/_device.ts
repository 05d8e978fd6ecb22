/** A device of a swarm in memory: its history, its service and its engine. */
import type { DeviceId } from "../../src/history/entry.ts";
import { type SyncDeps, SyncEngine } from "../../src/sync/engine.ts";
import type { SyncEvent } from "../../src/sync/events.ts";
import type { SyncOptions } from "../../src/sync/options.ts";
import type { PeerId, PeerRecord } from "../../src/swarm/peer.ts";
import { createPeerService } from "../../src/sync/serve.ts";
import { makeEntries } from "../fakes/entries.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryBook } from "../fakes/memory_book.ts";
import type { MemoryDirectory } from "../fakes/memory_directory.ts";
import { MemoryHistory } from "../fakes/memory_history.ts";
import { type FaultPlan, MemoryDialer, MemoryLink } from "../fakes/memory_link.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";
import { seededRandom } from "../fakes/seeded_random.ts";

/** What may be chosen for a device. */
export interface DeviceOptions {
  readonly clock?: FakeClock;
  readonly sync?: SyncOptions;
  readonly directories?: readonly MemoryDirectory[];
  readonly seed?: number;
}

/** One device. */
export class Device {
  readonly peer: PeerId;
  readonly deviceId: DeviceId;
  readonly clock: FakeClock;
  readonly history = new MemoryHistory();
  readonly book = new MemoryBook();
  readonly dialer = new MemoryDialer();
  readonly logger = new RecordingLogger();
  readonly events: SyncEvent[] = [];
  readonly manual: PeerRecord[] = [];
  /** Stores long pulls of this device. */
  openWriter: SyncDeps["openWriter"];
  /** Decides what happens to requests to this device. */
  fault: FaultPlan | undefined;
  readonly #options: DeviceOptions;
  #engine: SyncEngine | undefined;

  constructor(name: string, options: DeviceOptions = {}) {
    this.peer = `peer-${name}` as PeerId;
    this.deviceId = name as DeviceId;
    this.clock = options.clock ?? new FakeClock();
    this.#options = options;
  }

  get engine(): SyncEngine {
    const { self, history: log, book, dialer, clock, logger, manual } = this;
    const { directories = [], seed, sync } = this.#options;
    const random = seededRandom(seed);
    const onEvent = (event: SyncEvent): void => void this.events.push(event);
    const openWriter = this.openWriter && (() => this.openWriter!());
    const world = { clock, random, logger };
    const deps = { self, log, book, dialer, directories, manual, ...world, onEvent, openWriter };
    return this.#engine ??= new SyncEngine(deps, sync);
  }

  get self(): { peer: PeerId; deviceId: DeviceId; userId: string } {
    return { peer: this.peer, deviceId: this.deviceId, userId: "kim" };
  }

  get record(): PeerRecord {
    return {
      peer: this.peer,
      addrs: [`/memory/${this.peer}`],
      deviceId: this.deviceId,
      userId: "kim",
      hostname: this.deviceId,
      lastSeenUnix: Math.floor(this.clock.now() / 1000),
    };
  }

  /** Starts anew, as a process does: what was only in memory is gone. */
  restart(): void {
    for (const link of this.dialer.links.values()) link.break();
    this.#engine = undefined;
  }

  /** Records `count` commands. */
  recordCommands(count: number): void {
    this.history.append(makeEntries(count, { deviceId: this.deviceId }));
  }

  /** Makes `other` reachable and, if so wished, known by name. */
  knows(other: Device, named = true): void {
    if (named) this.manual.push(other.record);
    this.dialer.reach(other.peer, () => this.linkTo(other));
  }

  /** A new connection to `other`. */
  linkTo(
    other: Device,
    route: "direct" | "relayed" = "direct",
    roomBytes?: number,
  ): MemoryLink {
    const { history: log, clock, logger } = other;
    return new MemoryLink({
      peer: other.peer,
      service: createPeerService({ log, clock, logger }),
      clock: this.clock,
      route,
      roomBytes,
      fault: (kind, request) => other.fault?.(kind, request),
    });
  }

  /** The events of one type. */
  seen<T extends SyncEvent["type"]>(type: T): Extract<SyncEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<SyncEvent, { type: T }>[];
  }
}
