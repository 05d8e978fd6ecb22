import { type Context, Hono } from "hono";
import type { Clock } from "../../base/clock.ts";
import { DeadlineError } from "../../base/async/deadline.ts";
import type { FetchHandler } from "../../base/http.ts";
import { type Logger, silentLogger } from "../../base/log.ts";
import type { Metrics } from "../../base/metrics.ts";
import { causeChain } from "../../base/rr_error.ts";
import { PeerEndpoints, refuse, TEXT } from "./endpoints.ts";
import { MailboxEndpoints } from "./mailbox_endpoints.ts";
import { Mailboxes } from "./mailboxes.ts";
import { MessageError } from "../messages.ts";
import { BodyTooLargeError } from "./read_body.ts";
import { Registry, type RegistryLimits } from "./registry.ts";
import { SwarmEndpoints } from "./swarm_endpoints.ts";
import { SwarmRegistry } from "./swarm_registry.ts";
import { createTokenCheck } from "./token.ts";

/** How long a peer is kept if nothing else is said, as by the original. */
const DEFAULT_TTL_SEC = 60;
/** Time for a client to send its body: slow ones must not hold memory for long. */
const BODY_DEADLINE_MS = 10_000;

/** What a tracker is made of. */
export interface TrackerOptions {
  /** How long a peer is kept after it registered, in seconds, 1 to 86400. @default {60} */
  readonly ttlSec?: number | undefined;
  /** What clients have to send; without it everyone is let in. */
  readonly token?: string | undefined;
  /** @default {BODY_DEADLINE_MS} */
  readonly bodyDeadlineMs?: number | undefined;
  /** Limits of the {@linkcode Registry}, which have defaults. */
  readonly limits?: RegistryLimits | undefined;
}

/** What a tracker needs. */
export interface TrackerDeps {
  readonly clock: Clock;
  /** @default {a silent one} */
  readonly logger?: Logger | undefined;
  /** Takes `rr_tracker_requests_total` and `rr_tracker_peers`. */
  readonly metrics?: Metrics | undefined;
}

/** A tracker that is not bound to a port. */
export interface Tracker {
  /** Answers one request. Never rejects. */
  readonly fetch: FetchHandler;
  /** Peers that it would list now. */
  peerCount(): number;
}

const PING = "/api/v1/ping";
const PEERS = "/api/v1/peers";
const REGISTER = `${PEERS}/register`;
const SWARM = "/api/v2/swarms/:swarm";
const RECORD = `${SWARM}/:id`;
const MAILBOX = "/api/v1/mailboxes/:number";
const SLOT = `${MAILBOX}/:slot`;
const HEALTH = "/healthz";

/**
 * Creates the HTTP directory of API.md.
 *
 * @throws {RangeError} if an option is out of its range or the token is blank
 */
export function createTracker(options: TrackerOptions, deps: TrackerDeps): Tracker {
  const { clock, metrics, logger = silentLogger() } = deps;
  const { ttlSec = DEFAULT_TTL_SEC, bodyDeadlineMs = BODY_DEADLINE_MS, token, limits } = options;
  const registry = new Registry(clock, ttlSec, limits);
  const peers = new PeerEndpoints({ registry, clock, logger }, { ttlSec, bodyDeadlineMs });
  const isAllowed = createTokenCheck(token);
  const swarms = new SwarmRegistry(clock, ttlSec);
  const peerCount = (): number => registry.size + swarms.size;
  const app = new Hono();
  if (metrics) count(app, peerCount, metrics);
  app.get(HEALTH, answerOk);
  const mailboxes = new MailboxEndpoints({
    mailboxes: new Mailboxes(clock),
    clock,
    bodyDeadlineMs,
    isAllowed,
  });
  app.put(SLOT, (c) => mailboxes.post(c));
  app.get(SLOT, (c) => mailboxes.read(c));
  app.delete(MAILBOX, (c) => mailboxes.close(c));
  // From here on everything needs the token, unknown paths included.
  app.use(async (c, next) => await isAllowed(c.req.raw.headers) ? await next() : refuse(c, 401));
  app.get(PING, answerOk);
  app.get(PEERS, (c) => peers.list(c));
  app.post(REGISTER, (c) => peers.register(c));
  app.delete(`${PEERS}/:id`, (c) => peers.withdraw(c));
  const records = new SwarmEndpoints({ registry: swarms, clock, ttlSec, bodyDeadlineMs });
  app.get(SWARM, (c) => records.list(c));
  app.put(RECORD, (c) => records.put(c));
  app.delete(RECORD, (c) => records.remove(c));
  app.notFound((c) => refuse(c, 404));
  app.onError((error, c) => answerError(error, c, logger));
  return { fetch: (request) => app.fetch(request), peerCount };
}

function answerOk(c: Context): Response {
  return c.body("ok\n", 200, { "content-type": TEXT });
}

function answerError(error: Error, c: Context, logger: Logger): Response {
  if (error instanceof MessageError) return c.json({ error: error.message }, 400);
  if (error instanceof BodyTooLargeError) return refuse(c, 413);
  if (error instanceof DeadlineError) return refuse(c, 408);
  // A client that hangs up in the middle of its body ends here as well: not worth a warning.
  logger.debug("Cannot answer a request", { error: causeChain(error) });
  return refuse(c, 500);
}

/** Counts answers by route and status; routes of ours only, since paths have no bound. */
function count(app: Hono, peerCount: () => number, metrics: Metrics): void {
  const requests = metrics.counter("rr_tracker_requests_total", "Requests answered.");
  const peers = metrics.gauge("rr_tracker_peers", "Peers registered now.");
  metrics.onCollect(() => peers.set(peerCount()));
  app.use(async (c, next) => {
    await next();
    requests.add(1, { route: routeOf(c.req.path), status: String(c.res.status) });
  });
}

function routeOf(path: string): string {
  if ([PING, REGISTER, PEERS, HEALTH].includes(path)) return path;
  if (path.startsWith("/api/v2/swarms/")) return SWARM;
  if (path.startsWith("/api/v1/mailboxes/")) return MAILBOX;
  return path.startsWith(`${PEERS}/`) ? `${PEERS}/:id` : "other";
}
