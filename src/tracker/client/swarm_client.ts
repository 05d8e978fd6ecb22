/** A tracker seen from a device that holds the swarm key, with the original's way beside it. */
import * as v from "valibot";
import { fromBase64 } from "../../base/bytes.ts";
import { type Clock, laterStamp } from "../../base/clock.ts";
import { causeChain } from "../../base/rr_error.ts";
import { type Logger, silentLogger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { NONCE_BYTES } from "../../pair/seal.ts";
import type { OwnRecord, PeerId, PeerRecord } from "../../swarm/peer.ts";
import type { TrackerClient, TrackerClientOptions, TrackerPing } from "./client.ts";
import {
  MAX_LIST_BYTES,
  MAX_REQUEST_BYTES,
  MessageError,
  parseJson,
  parseRegistered,
} from "../messages.ts";
import { formatProof, MAX_PROOF_AGE_MS, PROOF_HEADER, type Sign } from "../proof.ts";
import {
  openRecord,
  OTHERS_HEADER,
  recordId,
  type RecordKeys,
  recordKeys,
  sealRecord,
} from "../swarm_record.ts";
import { MAX_RECORDS_PER_SWARM } from "../server/swarm_registry.ts";
import { sendDirectly, type SendRequest } from "../request.ts";
import { type TrackerCall, TrackerHttp } from "./tracker_http.ts";
import { authHeaders, parseTrackerUrl } from "./tracker_url.ts";

/** What makes a device one of a swarm. */
export interface SwarmAccess {
  /** 32 bytes. */
  readonly swarmKey: Uint8Array;
  /** The id of the Ed25519 key that is derived from it: the name of the swarm at trackers. */
  readonly swarm: PeerId;
  /** Signs with that key. */
  readonly sign: Sign;
  readonly met: MetPeers;
}

/** Whom this device was connected to, which only key holders can be. */
export interface MetPeers {
  has(peer: PeerId): boolean;
  /** Whether there are devices that list only what stands in the open, as far as is known. */
  hasOlder(): boolean;
}

/** For who only looks. */
export const MET_NOBODY: MetPeers = { has: () => false, hasOlder: () => false };

/** What it needs. */
export interface SwarmClientDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger | undefined;
  /** @default {one that uses no connection twice} */
  readonly fetch?: SendRequest | undefined;
}

/** An original tracker is asked again whether it has become a new one, this often. */
const ASK_AGAIN_MS = 60 * 60_000;

const List = v.object({ records: v.array(v.unknown()) });
const Records = v.array(v.tuple([v.string(), v.string()]));

/**
 * Lists and registers sealed records, and beside it as the original does: always at an original
 * tracker, else once a device was met that only looks there.
 *
 * @throws {RangeError} if the URL or the token cannot be used
 */
export function createSwarmClient(
  options: TrackerClientOptions,
  original: TrackerClient,
  access: SwarmAccess,
  deps: SwarmClientDeps,
): TrackerClient {
  return new SwarmClient(options, original, access, deps);
}

class SwarmClient implements TrackerClient {
  readonly name: string;
  readonly #http: TrackerHttp;
  readonly #original: TrackerClient;
  readonly #access: SwarmAccess;
  readonly #keys: RecordKeys;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  #originalUntil = -Infinity;
  #metOriginal = false;
  #registeredThere = false;
  #signedAt = 0;
  #others = 0;

  constructor(
    { baseUrl, token }: TrackerClientOptions,
    original: TrackerClient,
    access: SwarmAccess,
    { clock, random, logger = silentLogger(), fetch = sendDirectly }: SwarmClientDeps,
  ) {
    const url = parseTrackerUrl(baseUrl);
    this.#http = new TrackerHttp(url, authHeaders(url, token), { clock, random, fetch });
    this.name = original.name;
    this.#original = original;
    this.#access = access;
    this.#keys = recordKeys(access.swarmKey);
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
  }

  ping(signal?: AbortSignal): Promise<TrackerPing> {
    return this.#original.ping(signal);
  }

  get others(): number {
    return this.#others;
  }

  listAll(signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    return this.#original.listAll(signal);
  }

  async list(userId: string, signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    const sealed = await this.#listSealed(signal);
    if (sealed === undefined) return await this.#original.list(userId, signal);
    const known = new Set(sealed.map((one) => one.peer));
    const older = (await this.#listOriginal(userId, signal)).filter((one) => !known.has(one.peer));
    this.#metOriginal ||= older.some((one) => this.#access.met.has(one.peer));
    return [...sealed, ...older];
  }

  async register(own: OwnRecord, signal?: AbortSignal): Promise<number> {
    const seconds = await this.#registerSealed(own, signal);
    this.#metOriginal ||= this.#access.met.hasOlder();
    if (seconds !== undefined && !this.#metOriginal) return seconds;
    this.#registeredThere = true;
    const there = await this.#original.register(own, signal);
    return Math.min(there, seconds ?? there);
  }

  async withdraw(peer: PeerId, signal?: AbortSignal): Promise<void> {
    const path = `${this.#path}/${recordId(this.#keys, peer)}`;
    await Promise.all([
      this.#call({ what: "withdraw", method: "DELETE", path }, () => undefined, signal),
      this.#registeredThere ? this.#original.withdraw(peer, signal) : undefined,
    ]);
  }

  get #path(): string {
    return `/api/v2/swarms/${this.#access.swarm}`;
  }

  async #listSealed(signal?: AbortSignal): Promise<PeerRecord[] | undefined> {
    const nowUnix = Math.floor(this.#clock.now() / 1_000);
    const call = { what: "list devices", method: "GET", path: this.#path } as const;
    return await this.#call(call, (body) => {
      const records = parseList(body).flatMap(([id, sealed]) => {
        const record = openRecord(bytesOf(sealed), id, this.#keys, nowUnix);
        return record === undefined ? [] : [record];
      });
      return records;
    }, signal);
  }

  /** Devices of the original, who know nothing of swarms; without them all goes on. */
  async #listOriginal(userId: string, signal?: AbortSignal): Promise<readonly PeerRecord[]> {
    try {
      return await this.#original.list(userId, signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.#logger.debug("Could not list older devices", { error: causeChain(error) });
      return [];
    }
  }

  #registerSealed(own: OwnRecord, signal?: AbortSignal): Promise<number | undefined> {
    const path = `${this.#path}/${recordId(this.#keys, own.peer)}`;
    const body = sealRecord(own, this.#keys, this.#random.bytes(NONCE_BYTES));
    return this.#call({ what: "register", method: "PUT", path, body }, parseRegistered, signal);
  }

  /** Asks, signed; `undefined` if the tracker is the original's. */
  async #call<T>(
    call: Pick<TrackerCall, "what" | "method" | "path"> & { readonly body?: Uint8Array },
    parse: (body: Uint8Array) => T,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    if (this.#clock.monotonic() < this.#originalUntil) return undefined;
    const { method, path, body = new Uint8Array() } = call;
    this.#signedAt = laterStamp(this.#clock.now(), this.#signedAt, MAX_PROOF_AGE_MS);
    const proof = await formatProof({ method, path, body }, this.#signedAt, this.#access.sign);
    const whole: TrackerCall = {
      ...call,
      headers: { [PROOF_HEADER]: proof },
      maxBytes: method === "GET" ? MAX_LIST_BYTES : MAX_REQUEST_BYTES,
      isList: method === "GET",
      accepted: [404, ...(method === "PUT" ? [409] : [])],
    };
    const answer = await this.#http.requestAny(whole, signal);
    if (answer.status === 404) {
      this.#originalUntil = this.#clock.monotonic() + ASK_AGAIN_MS;
      return undefined;
    }
    if (method === "GET") this.#others = othersIn(answer.headers);
    // A try of which the answer was lost has stored it already.
    if (answer.status === 409) return parse(new TextEncoder().encode('{"ok":true,"ttl_sec":60}'));
    return this.#http.parse(whole, answer, parse);
  }
}

/** Devices of other swarms, which only newer trackers tell. */
function othersIn(headers: Headers): number {
  const others = Number(headers.get(OTHERS_HEADER) ?? 0);
  return Number.isSafeInteger(others) && others > 0 ? others : 0;
}

function parseList(body: Uint8Array): readonly (readonly [string, string])[] {
  const list = v.safeParse(List, parseJson(body));
  const listed = list.success ? list.output.records : undefined;
  // No tracker of ours has more: what a lying one adds is neither checked nor decrypted.
  const records = v.safeParse(Records, listed?.slice(0, MAX_RECORDS_PER_SWARM));
  if (!records.success) throw new MessageError("expected a list of records");
  return records.output;
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}
