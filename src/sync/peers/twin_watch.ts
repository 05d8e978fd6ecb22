/**
 * Notices another machine with our identity key: a cloned home folder, a restored image. The two would
 * never sync with each other, and others would take turns in following two histories as one.
 */
import type { Clock } from "../../base/clock.ts";
import type { PeerId, PeerRecord } from "../../swarm/peer.ts";
import type { SyncListener } from "../events.ts";

/**
 * How long a record under our id may name addresses that we never had: a directory keeps what an
 * earlier run of ours has told it for a minute.
 */
const LEFT_OVER_MS = 90_000;
/** Addresses of ours that are remembered; a laptop that travels has a few a day. */
const MOST_ADDRS = 1_000;

/** What we are known by. */
export interface TwinSelf {
  readonly peer: PeerId;
  readonly deviceId: string;
  readonly hostname?: string | undefined;
  readonly addresses?: (() => readonly string[]) | undefined;
}

/** Tells once when another machine with our identity is seen. */
export class TwinWatch {
  readonly #self: TwinSelf;
  readonly #clock: Clock;
  readonly #onEvent: SyncListener;
  readonly #own = new Set<string>();
  #strangeSince: number | undefined;
  #lastStrange = -Infinity;
  #isTold = false;

  /** Nothing was seen yet. */
  constructor(self: TwinSelf, clock: Clock, onEvent: SyncListener) {
    this.#self = self;
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /** Looks for a twin among what a directory names. */
  look(records: readonly PeerRecord[], directory: string): void {
    if (this.#own.size > MOST_ADDRS) this.#own.clear();
    for (const addr of this.#self.addresses?.() ?? []) this.#own.add(addr);
    const twin = records.find((one) => one.peer === this.#self.peer && this.#isNotOurs(one));
    if (twin === undefined) return;
    const now = this.#clock.monotonic();
    // The twin and we take turns in the directory, so it is not seen at each look.
    if (now - this.#lastStrange > 4 * LEFT_OVER_MS) this.#strangeSince = undefined;
    this.#strangeSince ??= now;
    this.#lastStrange = now;
    if (!this.#hasOtherName(twin) && now - this.#strangeSince < LEFT_OVER_MS) return;
    const { hostname, deviceId, addrs } = twin;
    this.#onEvent({ type: "twin", directory, hostname, deviceId, addrs, isNew: !this.#isTold });
    this.#isTold = true;
  }

  // Without addresses of our own there is nothing to tell them by, and we register nothing.
  #isNotOurs({ addrs }: PeerRecord): boolean {
    return this.#own.size > 0 && addrs.some((addr) => !this.#own.has(addr));
  }

  #hasOtherName({ hostname, deviceId }: PeerRecord): boolean {
    const { hostname: ours, deviceId: own } = this.#self;
    return (ours !== undefined && hostname !== undefined && hostname !== ours) ||
      (deviceId !== undefined && deviceId !== own);
  }
}
