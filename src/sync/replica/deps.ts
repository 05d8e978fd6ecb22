/** What replication by protocol 2 needs of the world. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { Note } from "../../named/effects.ts";
import type { Pinned, Pins } from "../../named/frames.ts";
import type { Item } from "../../named/item.ts";
import type { ItemStore } from "../../named/store.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { BatchWriter, FrameNet } from "../ports.ts";

/** A store that other doors lead into as well. */
export interface SharedStore extends ItemStore {
  /** Whether something came in by another door that is not accounted for; `absorb()` does nothing otherwise. */
  isBehind(): boolean;
  /** Accounts for what came in by another door: for a part of it if there is much, which `more` tells. */
  absorb(): {
    readonly items: readonly Item[];
    readonly shrank: boolean;
    readonly more?: boolean;
  };
}

/** The pins of this device. */
export interface PinBook {
  /** Ids of what is pinned, and of what was taken away. */
  ids(): { readonly on: readonly string[]; readonly off: readonly string[] };
  /** The pins with these ids; those that are gone are left out. */
  some(ids: ReadonlySet<string>): readonly Pinned[];
  /**
   * Takes in what another device has pinned, and taken away; the pins of commands that have no run here are
   * left out and given back. Doing it twice is the same as once.
   */
  take(pins: Omit<Pins, "type">): readonly Pinned[];
}

/** What a replicator needs of the world. */
export interface ReplicatorDeps {
  readonly self: PeerId;
  readonly userId: string;
  /** Program and version, told to peers for people. */
  readonly app: string;
  /** The name of this device, told likewise. */
  readonly deviceId: string;
  readonly store: SharedStore;
  /** @default {none: pins are neither told nor taken} */
  readonly pins?: PinBook | undefined;
  readonly net: FrameNet;
  readonly clock: Clock;
  /** Starts a writer for long exchanges. @default {none: the store takes everything in} */
  readonly openWriter?: (() => Promise<BatchWriter>) | undefined;
  readonly random: Random;
  readonly logger: Logger;
  /** Told of what people may want to know. */
  readonly onNote?: ((note: Note) => void) | undefined;
  /** Called when a peer is no longer served, though it may be connected. */
  readonly onUnserved?: ((peer: PeerId) => void) | undefined;
}
