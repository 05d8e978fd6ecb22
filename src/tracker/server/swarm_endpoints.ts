import type { Context } from "hono";
import { toBase64 } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { withDeadline } from "../../base/async/deadline.ts";
import type { PeerId } from "../../swarm/peer.ts";
import { parsePeerIdText } from "../../swarm/peer_id.ts";
import { refuse } from "./endpoints.ts";
import { checkProof, PROOF_HEADER } from "../proof.ts";
import { readBody } from "./read_body.ts";
import { OTHERS_HEADER } from "../swarm_record.ts";
import {
  MAX_RECORD_BYTES,
  MAX_RECORDS_PER_SWARM,
  MAX_SWARM_RECORDS,
  type SwarmPut,
  type SwarmRegistry,
} from "./swarm_registry.ts";

/** What the requests about swarms need. */
export interface SwarmDeps {
  readonly registry: SwarmRegistry;
  readonly clock: Clock;
  readonly ttlSec: number;
  readonly bodyDeadlineMs: number;
}

const REFUSALS: Record<Exclude<SwarmPut, "stored">, readonly [409 | 429 | 503, string]> = {
  full: [503, `the tracker is full: it keeps ${MAX_SWARM_RECORDS} records`],
  "swarm-full": [429, `the swarm is full: it may have ${MAX_RECORDS_PER_SWARM} devices`],
  older: [409, "a record that was signed later is there"],
};
const UNSIGNED =
  "not signed by the swarm's key, or by a clock that is more than 5 minutes off the tracker's";

/** The requests about sealed records. Each, listing too, is signed by the key that names the swarm. */
export class SwarmEndpoints {
  readonly #deps: SwarmDeps;

  /** Serves the records of `deps.registry`. */
  constructor(deps: SwarmDeps) {
    this.#deps = deps;
  }

  /** `GET /api/v2/swarms/<swarm>` */
  async list(c: Context): Promise<Response> {
    const swarm = parsePeerIdText(c.req.param("swarm") ?? "");
    if (swarm === undefined) return refuse(c, 404);
    const signedAt = await this.#signedAt(c, swarm, new Uint8Array());
    if (signedAt === undefined) return c.json({ error: UNSIGNED }, 403);
    const { registry } = this.#deps;
    return c.body(registry.listJson(swarm), 200, {
      "content-type": "application/json",
      [OTHERS_HEADER]: String(registry.others(swarm)),
    });
  }

  /** `PUT /api/v2/swarms/<swarm>/<id>` */
  async put(c: Context): Promise<Response> {
    const { registry, clock, bodyDeadlineMs, ttlSec } = this.#deps;
    const at = placeOf(c);
    if (at === undefined) return refuse(c, 404);
    const body = await withDeadline(
      bodyDeadlineMs,
      (signal) => readBody(c.req.raw, MAX_RECORD_BYTES, signal),
      { clock, what: "read a record" },
    );
    const signedAt = await this.#signedAt(c, at.swarm, body);
    if (signedAt === undefined) return c.json({ error: UNSIGNED }, 403);
    const put = registry.put(at.swarm, at.id, toBase64(body), signedAt);
    if (put === "stored") {
      return c.json({ ok: true, ttl_sec: ttlSec, max_records: MAX_RECORDS_PER_SWARM });
    }
    const [status, error] = REFUSALS[put];
    return c.json({ error }, status);
  }

  /** `DELETE /api/v2/swarms/<swarm>/<id>` */
  async remove(c: Context): Promise<Response> {
    const at = placeOf(c);
    if (at === undefined) return refuse(c, 404);
    const signedAt = await this.#signedAt(c, at.swarm, new Uint8Array());
    if (signedAt === undefined) return c.json({ error: UNSIGNED }, 403);
    return c.json({ ok: true, removed: this.#deps.registry.remove(at.swarm, at.id, signedAt) });
  }

  async #signedAt(c: Context, swarm: PeerId, body: Uint8Array): Promise<number | undefined> {
    const subject = { method: c.req.method, path: c.req.path, body };
    const header = c.req.header(PROOF_HEADER) ?? null;
    const proof = await checkProof(header, swarm, subject, this.#deps.clock.now());
    return proof === "forged" ? undefined : proof;
  }
}

function placeOf(c: Context): { readonly swarm: PeerId; readonly id: string } | undefined {
  const swarm = parsePeerIdText(c.req.param("swarm") ?? "");
  const id = c.req.param("id") ?? "";
  return swarm !== undefined && /^[0-9a-f]{32}$/.test(id) ? { swarm, id } : undefined;
}
