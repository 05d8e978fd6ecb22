/** What a round came to. */
import { RrError } from "../base/rr_error.ts";
import type { PeerId, Route } from "../swarm/peer.ts";

/** What was taken from a peer. */
export interface PullTotals {
  /** Entries that came, rejected ones included. */
  received: number;
  /** Entries that were new here. */
  inserted: number;
  /** Entries that were here before. */
  ignored: number;
  /** Entries that broke a rule and were left out. */
  rejected: number;
  /** Places of the peer's log that it cannot answer for, passed over. */
  skipped: number;
}

/** What was given to a peer. */
export interface PushTotals {
  /** Whether there was anything to send. */
  pending: boolean;
  /** Entries that the peer has taken. */
  sent: number;
  /** What the peer says it did not have; `undefined` if it says nothing. */
  inserted: number | undefined;
  /** What the peer says it had before; `undefined` if it says nothing. */
  ignored: number | undefined;
  /** Entries of ours that cannot be sent, passed over. */
  skipped: number;
}

/** What came of one peer in one round. */
export interface PeerReport {
  /** The peer. */
  readonly peer: PeerId;
  /** What it calls itself, if anybody has told. */
  readonly deviceId: string | undefined;
  /** The name of its machine, if anybody has told. */
  readonly hostname: string | undefined;
  /** How it was reached; `undefined` if it was not. */
  readonly route: Route | undefined;
  /** What was taken from it, also if that failed later on. */
  readonly pull: Readonly<PullTotals>;
  /** Why not all could be taken. */
  readonly pullError: Error | undefined;
  /** `undefined` if nothing was to be sent in this round. */
  readonly push: Readonly<PushTotals> | undefined;
  /** Why not all could be given. */
  readonly pushError: Error | undefined;
}

/** What came of one round. */
export interface SyncReport {
  /** The peers that were tried. */
  readonly peers: readonly PeerReport[];
  /** Peers left alone because they failed lately, or because they are still busy. */
  readonly waiting: readonly PeerId[];
  /** When it began, in milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /**
   * What makes a one-shot run a failure. A run succeeds if one pull did, and one push too where
   * there was something to push; what failed besides stands in `peers`.
   */
  readonly error: Error | undefined;
}

/** How it stands with one peer between rounds. */
export interface PeerStatus {
  readonly peer: PeerId;
  readonly deviceId: string | undefined;
  readonly hostname: string | undefined;
  /** Whose it is, if anybody has told. */
  readonly userId: string | undefined;
  /** How it is connected; `undefined` if it is not. */
  readonly route: Route | undefined;
  /** Whether a sync with it is under way, or waits for its turn. */
  readonly busy: boolean;
  /** Rounds in a row that it failed in. */
  readonly failures: number;
  /** How long it is left alone, in milliseconds; 0 for not at all. */
  readonly retryInMs: number;
  /** Ids of our entries that are too large for the connections to it so far. */
  readonly held: readonly string[];
}

/** Counts that start at nothing. */
export function noPulls(): PullTotals {
  return { received: 0, inserted: 0, ignored: 0, rejected: 0, skipped: 0 };
}

/** Counts that start at nothing. */
export function noPushes(): PushTotals {
  return { pending: false, sent: 0, inserted: undefined, ignored: undefined, skipped: 0 };
}

/** The reason for which a one-shot run with these results is a failure, if it is one. */
export function errorOf(peers: readonly PeerReport[]): Error | undefined {
  if (peers.length === 0) {
    return new RrError("not-found", "no peers found", {
      hint:
        "`rr pair` brings another device in; or name a tracker or peers, and wait until another " +
        "device has registered",
    });
  }
  const pulled = peers.some((one) => one.pullError === undefined);
  const pending = peers.filter((one) => one.push?.pending);
  const pushed = pending.length === 0 || pending.some((one) => one.pushError === undefined);
  if (pulled && pushed) return undefined;
  const errors = peers.flatMap((one) => [one.pullError, one.pushError]);
  return errors.findLast((error) => error !== undefined) ??
    new RrError("network", "p2p sync failed");
}
