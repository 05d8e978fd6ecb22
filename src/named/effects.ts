/** What goes into the machine and what comes out of it. */
import type { ControlFrame, ExchangeFrame, Sync } from "./frames.ts";
import type { Name } from "./digest.ts";
import type { FactsList, Item } from "./item.ts";
import type { Outcome } from "./store.ts";

/** Names an exchange on this device: those begun here count up from 1, the others down from -1. */
export type ExchangeId = number;

/** Something that happened. Times are milliseconds of a clock that only grows. */
export type Event =
  /** The control stream to a peer is open. */
  | { readonly type: "up"; readonly peer: string }
  /** It is gone, and with it all exchanges with the peer. */
  | { readonly type: "down"; readonly peer: string }
  | { readonly type: "frame"; readonly peer: string; readonly frame: ControlFrame }
  /** A live frame could not be queued, as the peer is slow. */
  | { readonly type: "dropped"; readonly peer: string }
  /** The store has absorbed items of this device, or has changed otherwise. */
  | { readonly type: "changed"; readonly items: readonly Item[]; readonly shrank: boolean }
  /** The floor has moved; `lowered` if old items are wanted again. */
  | { readonly type: "floor"; readonly lowered: boolean }
  /** A peer has begun an exchange; its first frame. */
  | { readonly type: "asked"; readonly x: ExchangeId; readonly peer: string; readonly frame: Sync }
  | { readonly type: "exchange"; readonly x: ExchangeId; readonly frame: ExchangeFrame }
  /**
   * A batch of this exchange that was not handed in: the store has taken it in by itself, and no other event
   * has come between. It must have been one that this device had asked for.
   */
  | { readonly type: "taken"; readonly x: ExchangeId; readonly outcome: Outcome }
  /** The stream of an exchange takes the next frame. */
  | { readonly type: "writable"; readonly x: ExchangeId }
  /** The stream of an exchange is gone; `unstored` if it was our store that could not take in what came. */
  | { readonly type: "closed"; readonly x: ExchangeId; readonly unstored?: boolean }
  /** A moment asked for by `nextWake()` has come. */
  | { readonly type: "time" };

/** Something to do. */
export type Effect =
  | { readonly type: "send"; readonly peer: string; readonly frame: ControlFrame }
  /** Opens an exchange stream to a peer and writes its first frame. */
  | { readonly type: "open"; readonly x: ExchangeId; readonly peer: string; readonly frame: Sync }
  /** Writes a frame; `more` asks for a `writable` event once the stream has room again. */
  | {
    readonly type: "write";
    readonly x: ExchangeId;
    readonly frame: ExchangeFrame;
    readonly more: boolean;
  }
  /** Ends an exchange whose last frame was written or read. */
  | { readonly type: "close"; readonly x: ExchangeId }
  /** Breaks an exchange off. */
  | { readonly type: "abort"; readonly x: ExchangeId; readonly why: string }
  | Note;

/** Something that people may want to know. */
export type Note =
  /** The peer has exactly what this device has. */
  | { readonly type: "equal"; readonly peer: string; readonly name: Name }
  /** Items came from a peer. */
  | {
    readonly type: "received";
    readonly peer: string;
    readonly received: number;
    readonly gained: FactsList;
    readonly live: boolean;
  }
  /** An exchange that this device began is over. */
  | {
    readonly type: "exchanged";
    readonly peer: string;
    readonly sent: number;
    readonly ok: boolean;
  }
  /** An exchange that the peer began is over, and has given it something. */
  | { readonly type: "served"; readonly peer: string; readonly sent: number }
  /** Two states contradicted each other; everything is compared anew. */
  | { readonly type: "contradiction"; readonly peer: string; readonly level: number }
  /** The peer has said who it is. It may still be one that cannot be compared with. */
  | {
    readonly type: "met";
    readonly peer: string;
    readonly user: string;
    readonly device: string | undefined;
  }
  /** Whatever was refused of the peer, it can be compared with now. */
  | { readonly type: "agreed"; readonly peer: string }
  /** It cannot be compared with as it is set up now: another hash. */
  | { readonly type: "unlike"; readonly peer: string; readonly why: string }
  /** The peer has said something that breaks the protocol. */
  | { readonly type: "refused"; readonly peer: string; readonly why: string };
