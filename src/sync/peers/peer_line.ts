/** The line to one peer: the record by which it is reached, and the link once it was. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import { causeChain } from "../../base/rr_error.ts";
import type { PeerId, PeerRecord, Route } from "../../swarm/peer.ts";
import type { Dialer, PeerBook, PeerLink } from "../ports.ts";

/** What a line needs. */
export interface PeerLineDeps {
  readonly book: PeerBook;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Addresses of one peer that are remembered, some times more than a record has. */
const MOST_ADDRS = 256;

/** Reaches one peer by what is known of it now. */
export class PeerLine {
  readonly peer: PeerId;
  readonly #deps: PeerLineDeps;
  #record: PeerRecord;
  /** All that it was ever said to have: in one round not all of them may be tried. */
  readonly #addrs: Set<string>;
  #link: PeerLink | undefined;

  /** Starts without a link. */
  constructor(record: PeerRecord, deps: PeerLineDeps) {
    this.peer = record.peer;
    this.#record = record;
    this.#addrs = new Set(record.addrs);
    this.#deps = deps;
  }

  /** What is known of the peer now. */
  get record(): PeerRecord {
    return this.#record;
  }

  /** Whether a connection is open. */
  get isOpen(): boolean {
    return this.#link !== undefined && !this.#link.closed.aborted;
  }

  /** How the last link led to it, whether or not it is still open. */
  get route(): Route | undefined {
    return this.#link?.route;
  }

  /** Takes over what is known now; whether it has an address that it never had before. */
  update(record: PeerRecord): boolean {
    const hasNew = record.addrs.some((addr) => !this.#addrs.has(addr));
    if (this.#addrs.size > MOST_ADDRS) this.#addrs.clear();
    for (const addr of record.addrs) this.#addrs.add(addr);
    this.#record = record;
    return hasNew;
  }

  /** A link to it: the one that there is, or a new one. */
  async connect(signal: AbortSignal): Promise<PeerLink> {
    this.#link = await this.#deps.dialer.connect(this.#record, signal);
    return this.#link;
  }

  /**
   * Connects to it.
   *
   * @param withinMs longest time for that; as long as dialling takes if left out
   */
  async reach(signal: AbortSignal, withinMs: number | undefined): Promise<void> {
    const { clock } = this.#deps;
    const connect = (inTime: AbortSignal): Promise<PeerLink> => this.connect(inTime);
    if (withinMs === undefined) await connect(signal);
    else await withDeadline(withinMs, connect, { clock, signal, what: "reach the peer" });
  }

  /** It answered: keeps it for the days without a directory. */
  remember(): void {
    const { book, clock, logger } = this.#deps;
    if (this.#record.addrs.length === 0) return;
    const lastSeenUnix = Math.floor(clock.now() / 1000);
    try {
      book.remember([{ ...this.#record, answered: true, lastSeenUnix }]);
    } catch (error) {
      logger.warn("Could not write the peer book", { error: causeChain(error) });
    }
  }
}
