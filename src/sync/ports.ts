/**
 * All that the sync engine needs of the world. The store, the network and the tracker satisfy these by
 * shape; the fakes of the tests do too, and both run the contract suites in `tests/contracts/`.
 */
import type { Outcome } from "../named/store.ts";
import type { Batch, ControlFrame, ExchangeFrame, Frame } from "../named/frames.ts";
import type { DeviceId, Entry } from "../history/entry.ts";
import type { AppendResult, LogBatch, PullState, ReadLimit } from "../swarm/log.ts";
import type { PullReply, PullRequest, PushReply, RejectedEntry } from "../swarm/messages.ts";
import type { OwnRecord, PeerId, PeerRecord, Route } from "../swarm/peer.ts";

/** The history of this device. Every call is one transaction, whole or not at all. */
export interface HistoryLog {
  /** Entries after `seq`, ascending; only those of `deviceId` if given. */
  entriesAfter(seq: number, limit: ReadLimit, deviceId?: DeviceId): LogBatch;
  /**
   * Stores what is not there yet. What comes `fromPeer` is also left out if it is older than what was
   * pruned here, or the next peer would bring it all back.
   */
  append(entries: readonly Entry[], options?: { readonly fromPeer?: boolean }): AppendResult;
  /** Stores pulled entries and how far the peer's log was followed, together. */
  appendPulled(peer: PeerId, entries: readonly Entry[], state: PullState): AppendResult;
  /** Whether an entry of this id is stored. */
  has(entryId: string): boolean;
  pullState(peer: PeerId): PullState;
  /** Our own sequence number up to which the peer has our entries; 0 for none. */
  pushCursor(peer: PeerId): number;
  /** Moves the push cursor forward; a lower value than the stored one changes nothing. */
  advancePushCursor(peer: PeerId, seq: number): void;
  /** Sets the push cursor back to 0: the peer has lost what it was given. */
  restartPush(peer: PeerId): void;
  /** Number of entries of `deviceId` after the peer's push cursor. */
  pendingPush(peer: PeerId, deviceId: DeviceId): number;
}

/** Stores entries in bulk beside everything else; each call is whole or not at all. */
export interface LongWriter extends AsyncDisposable {
  /**
   * As {@linkcode HistoryLog.appendPulled}; resolves once it is stored.
   *
   * @param options whether more follows at once, so that it pays to wait for it
   */
  appendPulled(
    peer: PeerId,
    entries: readonly Entry[],
    state: PullState,
    options: { readonly more: boolean },
  ): Promise<AppendResult>;
  /** Resolves once there is room for more. */
  room(): Promise<void>;
  /** Waits until everything is stored. Twice is harmless. */
  [Symbol.asyncDispose](): PromiseLike<void>;
}

/** What every request takes. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time without any progress on the stream, in milliseconds. */
  readonly idleTimeoutMs?: number | undefined;
}

/** A connection to one peer on which we ask. */
export interface PeerLink {
  readonly peer: PeerId;
  readonly route: Route;
  /** Aborted with the reason when the connection is gone. */
  readonly closed: AbortSignal;
  /** Bytes that the connection will still carry, both directions together; `undefined` without limit. */
  readonly roomBytes?: number | undefined;
  pull(request: PullRequest, options?: RequestOptions): Promise<PullReply>;
  push(entries: readonly Entry[], options?: RequestOptions): Promise<PushReply>;
  close(): Promise<void>;
}

/** Why a request to a peer failed, as far as the engine branches on it. */
export type LinkErrorCode =
  | "unreachable" // no connection could be made
  | "closed" // the connection or stream ended before the answer was complete
  | "timeout" // no progress for too long
  | "too-large" // our side refused to send or to read a message of that size
  | "too-large-here" // no connection of this kind can carry it, but another kind may
  | "unsupported" // the peer speaks none of our protocols
  | "invalid"; // the peer's answer breaks the format

/** A request to a peer that failed. */
export class LinkError extends Error {
  /** See {@linkcode LinkErrorCode}. */
  readonly code: LinkErrorCode;

  /** Creates the error; the message names the peer and what was tried. */
  constructor(code: LinkErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "LinkError";
    this.code = code;
  }
}

/** What answers a peer that asks us. */
export interface PeerService {
  pull(request: PullRequest): Promise<PullReply>;
  push(entries: readonly Entry[], rejected: readonly RejectedEntry[]): Promise<PushReply>;
}

/** Something that knows peers, such as a tracker. */
export interface Directory {
  /** For logs: a URL without secrets. */
  readonly name: string;
  /** The peers of `userId`. */
  list(userId: string, signal?: AbortSignal): Promise<readonly PeerRecord[]>;
  /** Tells the directory of us; resolves to the seconds after which it forgets us. */
  register(own: OwnRecord, signal?: AbortSignal): Promise<number>;
  /** Takes our record back. Directories that cannot do that ignore it. */
  withdraw(peer: PeerId, signal?: AbortSignal): Promise<void>;
}

/** Finds and opens connections to peers. */
export interface Dialer {
  /**
   * A link to the peer: the open one if there is one, else dialled, direct addresses first, then
   * through relays.
   *
   * @throws {LinkError} `unreachable`, with what was tried
   */
  connect(record: PeerRecord, signal?: AbortSignal): Promise<PeerLink>;
}

/** Peers met before, for when no directory answers. */
export interface PeerBook {
  /** Stores what is known of peers; an `undefined` field does not overwrite a known value. */
  remember(records: readonly PeerRecord[]): void;
  /** Peers seen at or after `sinceUnix` (seconds), newest first; of `userId` or of unknown user. */
  recent(sinceUnix: number, userId: string): readonly PeerRecord[];
}

/** What went to and fro with a peer. */
export interface Exchanged {
  readonly received: number;
  readonly inserted: number;
  readonly sent: number;
}

/** What is waited for with a peer of protocol 2. */
export interface Settling {
  /** Whether the peer is to have all that this device has, too. */
  readonly given: boolean;
  /** Whether nobody goes on afterwards: a peer that is busy with another one is waited for. */
  readonly last: boolean;
}

/** What came of it. */
export interface Settled extends Exchanged {
  /** Whether it came to that, before there was silence. */
  readonly isComplete: boolean;
}

/** Protocol 2, for an engine that speaks version 1 to all others. */
export interface Replication {
  /**
   * Whether the peer is served by it now, so that version 1 need not be. That it could be is not
   * enough: a peer may take no control stream, such as one that has one already with another process
   * of ours.
   */
  serves(peer: PeerId): boolean;
  /** Resolves once it is known whether the peer, which is connected, is served by protocol 2. */
  identified(peer: PeerId, signal: AbortSignal): Promise<void>;
  /** A peer is connected, whoever dialled. */
  peerConnected(peer: PeerId): void;
  /** This device may have something new. */
  changed(): void;
  /**
   * Resolves once this device has all that the peer is known to have, or when nothing comes any more;
   * what went to and fro since it was last asked.
   *
   * @throws `signal.reason` once the signal is aborted
   */
  settle(peer: PeerId, until: Settling, signal: AbortSignal): Promise<Settled>;
}

/** Takes batches in beside the store that the machine uses: in large transactions, where nobody waits for it. */
export interface BatchWriter extends AsyncDisposable {
  /**
   * As `ItemStore.apply()`; `more` if another one follows at once. Resolves once it is in the file; if it
   * rejects, nothing of it is, and others that were handed over may have failed with it.
   */
  takeBatch(
    peer: string,
    packed: Uint8Array,
    options: { readonly more: boolean },
  ): Promise<Outcome>;
  /** Has what was handed over put into the file as soon as it is done. */
  flush(): void;
  /** Resolves once there is room for more. */
  room(): Promise<void>;
}

/** A batch as it came: unpacking and storing it takes some tens of milliseconds, and may be done elsewhere. */
export interface PackedBatch {
  readonly type: "packed";
  readonly bytes: Uint8Array;
  /** @throws what breaks the format */
  unpack(): Batch;
}

/** What comes on the stream of an exchange. */
export type ReceivedFrame = ExchangeFrame | PackedBatch;

/** A stream on which one side and the other send frames of protocol 2. */
export interface FrameStream<F extends Frame> {
  readonly peer: PeerId;
  /** Bytes that wait for room in the stream. */
  readonly queued: number;
  /** Queues a frame; whether there is room for more. If not, `onRoom` will tell. */
  send(frame: F): boolean;
  /** Ends it in order: what was queued still goes out. */
  close(): void;
  /** Breaks it off. */
  abort(reason: Error): void;
  /** Leaves what arrives in the stream, and so in the end with its sender. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}

/** Told of what happens on a {@linkcode FrameStream}. None of it may throw. */
export interface FrameStreamEvents<F> {
  onFrame(frame: F): void;
  /** There is room again after a `send()` that found none. */
  onRoom(): void;
  /** It is gone; `undefined` if it ended in order. Called once, and last. */
  onClose(error: Error | undefined): void;
}

/** Takes the streams that peers open. */
export interface FrameAcceptor {
  control(stream: FrameStream<ControlFrame>): FrameStreamEvents<ControlFrame>;
  exchange(stream: FrameStream<ExchangeFrame>): FrameStreamEvents<ReceivedFrame>;
}

/** Opens and takes streams of protocol 2. */
export interface FrameNet {
  /** Resolves once the peer, which is connected, has said what it speaks; or after a while. */
  identified(peer: PeerId, signal: AbortSignal): Promise<void>;
  /** Whether a peer is connected that speaks protocol 2. */
  speaks(peer: PeerId): boolean;
  /** @throws {LinkError} if there is no connection, or the peer does not take the stream */
  openControl(
    peer: PeerId,
    events: FrameStreamEvents<ControlFrame>,
    signal: AbortSignal,
  ): Promise<FrameStream<ControlFrame>>;
  /**
   * Opens an exchange with the process that is at the other end of a control stream: several may be
   * connected under one PeerId.
   *
   * @throws {LinkError} as {@linkcode FrameNet.openControl}
   */
  openExchange(
    beside: FrameStream<ControlFrame>,
    events: FrameStreamEvents<ReceivedFrame>,
    signal: AbortSignal,
  ): Promise<FrameStream<ExchangeFrame>>;
  /** Offers protocol 2 to the peers until disposed. */
  accept(acceptor: FrameAcceptor): Promise<AsyncDisposable>;
}
