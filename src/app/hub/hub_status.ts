/** What a hub tells of itself. */
import type { Clock } from "../../base/clock.ts";

/** What `rr hub status` prints. */
export interface HubStatus {
  readonly version: string;
  /** `undefined` of an older hub. */
  readonly pid?: number;
  readonly uptime_sec: number;
  /** Whether it has a swarm key; without one there is no relay. */
  readonly paired: boolean;
  readonly swarm_key_fingerprint: string | null;
  readonly tracker: { readonly url: string; readonly devices: number };
  readonly relay: {
    readonly addr: string;
    readonly connections: number;
    readonly reservations: number;
    readonly circuits: number;
  } | null;
  /** Devices that the relay has a place for, and when they got it (Unix seconds). */
  readonly connected: readonly { readonly peer_id: string; readonly since_unix: number }[];
  /** What went wrong lately, oldest first. */
  readonly failures: readonly { readonly at_unix: number; readonly what: string }[];
}

/** Failures that are remembered. */
const MOST_FAILURES = 20;
/** Devices that are remembered as connected. */
const MOST_CONNECTED = 1_000;

/** Remembers what a status tells of the past, bounded in number. */
export class HubNotes {
  readonly #clock: Clock;
  readonly #connected = new Map<string, number>();
  readonly #failures: { at_unix: number; what: string }[] = [];

  /** Starts with nothing to tell. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The relay has given a device a place. */
  connected(peer: string): void {
    if (this.#connected.size < MOST_CONNECTED || this.#connected.has(peer)) {
      this.#connected.set(peer, this.#nowUnix());
    }
  }

  /** A device that had a place has gone. */
  disconnected(peer: string): void {
    this.#connected.delete(peer);
  }

  /** The relay is gone, and its places with it. */
  forgetConnected(): void {
    this.#connected.clear();
  }

  /** Something did not go as it should, in words for a person. */
  failed(what: string): void {
    this.#failures.push({ at_unix: this.#nowUnix(), what });
    if (this.#failures.length > MOST_FAILURES) this.#failures.shift();
  }

  /** Its part of the status. */
  status(): Pick<HubStatus, "connected" | "failures"> {
    return {
      connected: [...this.#connected].map(([peer_id, since_unix]) => ({ peer_id, since_unix })),
      failures: this.#failures,
    };
  }

  #nowUnix(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }
}
