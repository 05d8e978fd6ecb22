/**
 * Looks who answers with our own id where another device was expected: this machine itself, met at an
 * address of its own, or another one with a copy of our identity. It needs no directory.
 *
 * libp2p makes no connection to our own id, so the look is taken under an identity that is made for it.
 * What tells the two apart is the history: another process of this machine answers from the same one.
 * A fresh copy has the same history, too, and goes on having it as long as one of the two records
 * nothing. But where this process takes the connections of this machine, no other process of it does:
 * who answers then, and is not this process, is another machine.
 */
import { withDeadline } from "../../base/async/deadline.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { Entry } from "../../history/entry.ts";
import { createDialer } from "../../net/dial/dial.ts";
import { createIdentity } from "../../net/keys/identity.ts";
import { startNode } from "../../net/node/start_node.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { HistoryLog, PeerLink } from "../../sync/ports.ts";

/** An address is looked at again after this time, also one where we found ourselves. */
const EVERY_MS = 5 * 60_000;
/** Longest look. */
const LOOK_MS = 10_000;
/** Between the two looks that have to agree: we may have recorded or deleted something in between. */
const AGAIN_MS = 1_000;
/** Addresses that are remembered. */
const MOST_ADDRS = 64;
/** Entries that are compared: the newest of ours, and whether one stands behind it. */
const COMPARED = { entries: 2, bytes: 64 * 1024 };

/** What a {@linkcode TwinProbe} needs. */
export interface TwinProbeDeps {
  /** Our id. */
  readonly peer: PeerId;
  /** 32 bytes. */
  readonly swarmKey: Uint8Array;
  readonly log: Pick<HistoryLog, "entriesAfter" | "has"> & { headSeq(): number };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /**
   * Whether a peer is connected to this process; `undefined` where another process of this machine may
   * be the one that takes connections.
   */
  readonly isConnected: (peer: PeerId) => boolean | undefined;
  /** Called when another machine answers at the address, at each look at which it does. */
  readonly onTwin: (addr: string, isNew: boolean) => void;
}

/** Looks at addresses that are suspected, one after the other, until disposed. */
export class TwinProbe implements AsyncDisposable {
  readonly #deps: TwinProbeDeps;
  readonly #lookedAt = new Map<string, number>();
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isTold = false;

  /** Looks at nothing yet. */
  constructor(deps: TwinProbeDeps) {
    this.#deps = deps;
  }

  /** Our own id answers at this address, or is said to: a multiaddr without an id. */
  suspect(addr: string): void {
    const now = this.#deps.clock.monotonic();
    const last = this.#lookedAt.get(addr);
    if (this.#stopped.signal.aborted || last !== undefined && now - last < EVERY_MS) return;
    if (this.#lookedAt.size >= MOST_ADDRS && last === undefined) return;
    this.#lookedAt.set(addr, now);
    this.#running = this.#running.then(() => this.#look(addr)).catch((error) => {
      if (this.#stopped.signal.aborted) return;
      this.#deps.logger.debug("Could not see who uses our id", { addr, error: causeChain(error) });
    });
  }

  /** Resolves once nothing is suspected any more. */
  settled(): Promise<void> {
    return this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new Error("The session ends"));
    await this.#running;
  }

  async #look(addr: string): Promise<void> {
    const { clock, onTwin } = this.#deps;
    const { signal } = this.#stopped;
    const isTwin = await withDeadline(LOOK_MS, (inTime) => this.#isTwin(addr, inTime), {
      clock,
      signal,
      what: `see who answers at ${addr}`,
    });
    if (!isTwin) return;
    onTwin(addr, !this.#isTold);
    this.#isTold = true;
  }

  async #isTwin(addr: string, signal: AbortSignal): Promise<boolean> {
    const { peer, swarmKey, clock } = this.#deps;
    const identity = await createIdentity();
    const node = await startNode({ identity, swarmKey }, this.#deps);
    try {
      const record = {
        peer,
        addrs: [addr],
        deviceId: undefined,
        userId: undefined,
        hostname: undefined,
        lastSeenUnix: 0,
      };
      const link = await createDialer({ ...this.#deps, node }).connect(record, signal);
      const isOurs = await this.#isOurLog(link, signal);
      const isHere = this.#deps.isConnected(identity.peer);
      if (isHere !== undefined) return !isHere;
      if (isOurs) return false;
      await clock.sleep(AGAIN_MS, signal);
      return !await this.#isOurLog(link, signal);
    } finally {
      await node.stop();
    }
  }

  /** Whether the other end has the history that we have: the same entries at its end. */
  async #isOurLog(link: PeerLink, signal: AbortSignal): Promise<boolean> {
    const { log } = this.#deps;
    const after = Math.max(0, log.headSeq() - 1);
    const ours = log.entriesAfter(after, COMPARED).entries;
    const reply = await link.pull({ cursor: after, limit: COMPARED.entries }, { signal });
    return isStartOf(ours, reply.entries) && reply.entries.every(({ id }) => log.has(id));
  }
}

function isStartOf(ours: readonly Entry[], theirs: readonly Entry[]): boolean {
  return ours.every(({ id }, i) => id === theirs[i]?.id);
}
