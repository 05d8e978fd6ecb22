import type { Clock } from "../../base/clock.ts";
import { type Logger, silentLogger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { Directory } from "../../sync/ports.ts";
import type { OwnRecord, PeerId, PeerRecord } from "../../swarm/peer.ts";
import {
  formatRegister,
  MAX_LIST_BYTES,
  MAX_LIST_OF_ALL_BYTES,
  MAX_REQUEST_BYTES,
  parsePeers,
  parseRegistered,
  type WantedPeers,
} from "../messages.ts";
import { formatProof, PROOF_HEADER, type Sign } from "../proof.ts";
import { sendDirectly, type SendRequest } from "../request.ts";
import { CHECK_URL_OR_LOGIN, TrackerError, TrackerHttp } from "./tracker_http.ts";
import { authHeaders, parseTrackerUrl } from "./tracker_url.ts";

/** Which tracker, and how to be let in. */
export interface TrackerClientOptions {
  /** `http://` or `https://`; a path before `/api` and `user:password@` for a proxy are allowed. */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  /** Signs registrations with the identity key, so that nobody else can replace them. See API.md. */
  readonly sign?: Sign | undefined;
}

/** What a client needs. */
export interface TrackerClientDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** @default {a silent one} */
  readonly logger?: Logger | undefined;
  /** @default {one that uses no connection twice} */
  readonly fetch?: SendRequest | undefined;
}

/** What a ping told. */
export interface TrackerPing {
  /** Whole milliseconds. */
  readonly latencyMs: number;
  /**
   * The tracker's clock minus ours in whole seconds, from its `Date` header; `undefined` if it sent
   * none. Right to about a second.
   */
  readonly clockSkewSec: number | undefined;
}

/** A tracker seen from a device. */
export interface TrackerClient extends Directory {
  /** Devices of other swarms that the tracker told of with the last list; it counts to 16 at most. */
  readonly others: number;
  /** All who register in the open, as the original does, whoever's they are. */
  listAll(signal?: AbortSignal): Promise<readonly PeerRecord[]>;
  /** Asks once whether the tracker is there and lets us in, within {@linkcode PING_DEADLINE_MS}. */
  ping(signal?: AbortSignal): Promise<TrackerPing>;
}

/** The original allows 1 s each for connecting, writing and reading. */
const PING_DEADLINE_MS = 3_000;

/** Devices of everybody that are looked at; `rr doctor` asks, where nothing waits for it. */
const MOST_OF_ALL = 10_000;

/** All that a tracker answers to a ping. */
const PONG = "ok";
const REGISTER = "/api/v1/peers/register";
const PEERS = "/api/v1/peers";

/**
 * Creates a client for one tracker. Opens no connection.
 *
 * Its calls reject with a {@linkcode import("./tracker_http.ts").TrackerError} (code `network`) that names
 * the tracker without secrets, or with `signal.reason`.
 *
 * @throws {RangeError} if the URL or the token cannot be used
 */
export function createTrackerClient(
  options: TrackerClientOptions,
  deps: TrackerClientDeps,
): TrackerClient {
  return new HttpTrackerClient(options, deps);
}

class HttpTrackerClient implements TrackerClient {
  readonly name: string;
  /** The original's way knows no swarms. */
  readonly others = 0;
  readonly #http: TrackerHttp;
  readonly #sign: Sign | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: TrackerClientOptions, deps: TrackerClientDeps) {
    const url = parseTrackerUrl(options.baseUrl);
    const { clock, random, fetch = sendDirectly, logger = silentLogger() } = deps;
    this.#http = new TrackerHttp(url, authHeaders(url, options.token), { clock, random, fetch });
    this.name = url.name;
    this.#sign = options.sign;
    this.#clock = clock;
    this.#logger = logger;
  }

  listAll(signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    return this.#http.request(
      {
        what: "list peers",
        method: "GET",
        path: PEERS,
        maxBytes: MAX_LIST_OF_ALL_BYTES,
        isList: true,
      },
      (body) => this.#peersIn(body, { most: MOST_OF_ALL }),
      signal,
    );
  }

  list(userId: string, signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    // encodeURIComponent, since the tracker takes a `+` for a `+`.
    const path = `${PEERS}?user_id=${encodeURIComponent(userId.toWellFormed())}`;
    return this.#http.request(
      { what: "list peers", method: "GET", path, maxBytes: MAX_LIST_BYTES, isList: true },
      (body) => this.#peersIn(body, { userId: userId.toWellFormed() }),
      signal,
    );
  }

  async register(own: OwnRecord, signal?: AbortSignal): Promise<number> {
    const body = formatRegister(own);
    const headers = await this.#proof("POST", REGISTER, body);
    return await this.#http.request(
      {
        what: "register",
        method: "POST",
        path: REGISTER,
        body,
        maxBytes: MAX_REQUEST_BYTES,
        headers,
      },
      parseRegistered,
      signal,
    );
  }

  async withdraw(peer: PeerId, signal?: AbortSignal): Promise<void> {
    const path = `${PEERS}/${peer}`;
    const headers = await this.#proof("DELETE", path, "");
    // The original's trackers know no DELETE and answer 404: the record dies with its time to live.
    const accepted = [404];
    await this.#http.request(
      { what: "withdraw", method: "DELETE", path, maxBytes: MAX_REQUEST_BYTES, headers, accepted },
      () => {},
      signal,
    );
  }

  async ping(signal?: AbortSignal): Promise<TrackerPing> {
    const path = "/api/v1/ping";
    const started = this.#clock.monotonic();
    const { headers, body } = await this.#http.once(
      { what: "get a good answer", method: "GET", path, maxBytes: MAX_REQUEST_BYTES },
      PING_DEADLINE_MS,
      signal,
    );
    const latencyMs = this.#clock.monotonic() - started;
    // A captive portal or a forgotten path answers 200 to everything, with a page.
    if (new TextDecoder().decode(body).trim() !== PONG) {
      throw new TrackerError(
        this.name,
        "get a good answer",
        "something else than a tracker answers there",
        {
          hint: CHECK_URL_OR_LOGIN,
        },
      );
    }
    // The header names the second that has begun: half of one more is the best guess.
    const theirs = Date.parse(headers.get("date") ?? "") + 500;
    const skewMs = theirs - (this.#clock.now() - latencyMs / 2);
    return {
      latencyMs: Math.round(latencyMs),
      clockSkewSec: Number.isNaN(theirs) ? undefined : Math.trunc(skewMs / 1_000) + 0,
    };
  }

  #peersIn(body: Uint8Array, wanted: WantedPeers): PeerRecord[] {
    const { peers, rejected } = parsePeers(body, Math.floor(this.#clock.now() / 1_000), wanted);
    if (rejected > 0) {
      this.#logger.warn("A tracker listed records we cannot read", {
        tracker: this.name,
        rejected,
      });
    }
    return [...peers];
  }

  async #proof(method: string, path: string, body: string): Promise<Record<string, string>> {
    if (!this.#sign) return {};
    const subject = { method, path, body: new TextEncoder().encode(body) };
    return { [PROOF_HEADER]: await formatProof(subject, this.#clock.now(), this.#sign) };
  }
}
