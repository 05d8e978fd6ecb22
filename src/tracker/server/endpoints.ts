import type { Context } from "hono";
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import type { Logger } from "../../base/log.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { MAX_REQUEST_BYTES, parseRegister } from "../messages.ts";
import { parsePeerIdText } from "../../swarm/peer_id.ts";
import { checkProof, PROOF_HEADER } from "../proof.ts";
import { firstQueryValue } from "./query.ts";
import { readBody } from "./read_body.ts";
import type { PutResult, Registry } from "./registry.ts";

/** What {@linkcode PeerEndpoints} needs. */
export interface EndpointDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What may be set of them. */
export interface EndpointOptions {
  readonly ttlSec: number;
  readonly bodyDeadlineMs: number;
}

const REFUSALS: Record<
  Exclude<PutResult, "stored">,
  { readonly status: 403 | 429 | 503; readonly error: string }
> = {
  full: { status: 503, error: "the tracker is full" },
  "user-full": { status: 429, error: "this user has too many peers" },
  unproven: { status: 403, error: "this peer_id is registered by the owner of its key" },
};

const FORGED = "the proof does not belong to this peer_id";

/** The requests about peers: list, register, withdraw. */
export class PeerEndpoints {
  readonly #deps: EndpointDeps;
  readonly #options: EndpointOptions;

  /** Serves the peers of `deps.registry`. */
  constructor(deps: EndpointDeps, options: EndpointOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** `GET /api/v1/peers` */
  list(c: Context): Response {
    const json = this.#deps.registry.listJson(firstQueryValue(c.req.url, "user_id"));
    return c.body(json, 200, { "content-type": "application/json" });
  }

  /** `POST /api/v1/peers/register` */
  async register(c: Context): Promise<Response> {
    const body = await this.#body(c);
    const { peer_id, addrs, meta } = parseRegister(body);
    if (peer_id.trim() === "") return refuse(c, 400, "peer_id required");
    const peer = parsePeerIdText(peer_id);
    if (!peer) return refuse(c, 400, "invalid peer_id");
    const provenAtMs = await this.#proof(c, peer, body);
    if (provenAtMs === "forged") return c.json({ error: FORGED }, 403);
    const result = this.#deps.registry.put({ peer, addrs, meta, provenAtMs });
    if (result === "stored") return c.json({ ok: true, ttl_sec: this.#options.ttlSec });
    this.#deps.logger.warn("Refused a registration", { peer, reason: result });
    const { status, error } = REFUSALS[result];
    return c.json({ error }, status);
  }

  /** `DELETE /api/v1/peers/<id>`. Twice is harmless: the record may have expired in between. */
  async withdraw(c: Context): Promise<Response> {
    const peer = parsePeerIdText(c.req.param("id") ?? "");
    if (!peer) return refuse(c, 400, "invalid peer_id");
    const provenAtMs = await this.#proof(c, peer, new Uint8Array());
    if (provenAtMs === "forged") return c.json({ error: FORGED }, 403);
    const result = this.#deps.registry.remove(peer, provenAtMs);
    if (result === "unproven") return c.json({ error: REFUSALS.unproven.error }, 403);
    return c.json({ ok: true, removed: result === "removed" });
  }

  #body(c: Context): Promise<Uint8Array> {
    return withDeadline(
      this.#options.bodyDeadlineMs,
      (signal) => readBody(c.req.raw, MAX_REQUEST_BYTES, signal),
      { clock: this.#deps.clock, what: "read a request body" },
    );
  }

  #proof(c: Context, peer: PeerId, body: Uint8Array): Promise<number | undefined | "forged"> {
    const { method, path } = c.req;
    const header = c.req.raw.headers.get(PROOF_HEADER);
    return checkProof(header, peer, { method, path, body }, this.#deps.clock.now());
  }
}

/** `Content-Type` of the original's texts. */
export const TEXT = "text/plain; charset=utf-8";

// The texts of the original, which its clients show as they are.
const TEXTS = {
  400: "bad request",
  401: "unauthorized",
  404: "not found",
  408: "request timeout",
  413: "payload too large",
  500: "error: internal",
} as const;

/** An error as text, as the original answers, or as JSON for who asks for that. */
export function refuse(
  c: Context,
  status: keyof typeof TEXTS,
  text: string = TEXTS[status],
): Response {
  const wantsJson = c.req.header("accept")?.includes("application/json") ?? false;
  return wantsJson
    ? c.json({ error: text }, status)
    : c.body(`${text}\n`, status, { "content-type": TEXT });
}
