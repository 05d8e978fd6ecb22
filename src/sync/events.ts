/** What the engine tells whoever listens. It never prints; what has an event here it does not log. */
import type { PeerId, Route } from "../swarm/peer.ts";
import type { PeerReport, PullTotals, PushTotals, SyncReport } from "./report.ts";

/** Something that happened; `type` tells which. */
export type SyncEvent =
  /** A batch was stored; the totals are those of this pull so far. */
  | { readonly type: "pull-progress"; readonly peer: PeerId; readonly totals: Readonly<PullTotals> }
  /** A peer's log was followed to its end. */
  | {
    readonly type: "pulled";
    readonly peer: PeerId;
    readonly route: Route | undefined;
    readonly totals: Readonly<PullTotals>;
  }
  | {
    readonly type: "pull-failed";
    readonly peer: PeerId;
    readonly totals: Readonly<PullTotals>;
    readonly error: Error;
  }
  /** A peer took a batch. */
  | {
    readonly type: "push-ack";
    readonly peer: PeerId;
    readonly sent: number;
    readonly inserted: number | null;
    readonly ignored: number | null;
  }
  /** A peer has all of our entries, and at least one was new to it. */
  | { readonly type: "pushed"; readonly peer: PeerId; readonly totals: Readonly<PushTotals> }
  | {
    readonly type: "push-failed";
    readonly peer: PeerId;
    readonly totals: Readonly<PushTotals>;
    readonly error: Error;
  }
  /** An entry of ours is too large for the limited connection that there is, and waits for another. */
  | { readonly type: "push-held"; readonly peer: PeerId; readonly id: string }
  /** A peer's log is not the one we followed (recreated, restored, pruned): we begin again. */
  | {
    readonly type: "log-replaced";
    readonly peer: PeerId;
    /** How far we had followed it. */
    readonly cursor: number;
  }
  /** A directory stopped or started answering; once per change. */
  | { readonly type: "directory-failed"; readonly name: string; readonly error: Error }
  | { readonly type: "directory-recovered"; readonly name: string }
  /** A directory answers for the first time. */
  | { readonly type: "directory-answered"; readonly name: string }
  /** Several peers, perhaps this one, record under one device id; once per set of peers. */
  | {
    readonly type: "same-device-id";
    readonly deviceId: string;
    readonly peers: readonly PeerId[];
  }
  /**
   * Another machine is in a directory under our own id, or answers at an address under it; at every look
   * at which it is seen.
   */
  | {
    readonly type: "twin";
    readonly directory: string;
    readonly hostname: string | undefined;
    readonly deviceId: string | undefined;
    readonly addrs: readonly string[];
    /** Whether it was not told before. */
    readonly isNew: boolean;
  }
  /** The watch waits this long before its first round. */
  | { readonly type: "start-jitter"; readonly ms: number }
  | { readonly type: "peer-done"; readonly report: PeerReport }
  | { readonly type: "round-done"; readonly report: SyncReport };

/** Takes events. It is called at once and must not throw. */
export type SyncListener = (event: SyncEvent) => void;
