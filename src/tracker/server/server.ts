import { formatBind, type HttpServer, parseBind, type ServeHttp } from "../../base/http.ts";
import { createTracker, type TrackerDeps, type TrackerOptions } from "./handler.ts";

/** Where a tracker listens if nothing else is said, as the original's. */
const DEFAULT_TRACKER_BIND = "0.0.0.0:8850";

/** What a tracker is made of, and where it listens. */
export interface ServeTrackerOptions extends TrackerOptions {
  /** `host:port`. @default {DEFAULT_TRACKER_BIND} */
  readonly bind?: string | undefined;
}

/** What serving needs besides. */
export interface ServeTrackerDeps extends TrackerDeps {
  readonly serveHttp: ServeHttp;
}

/**
 * Serves a tracker until `signal` is aborted; resolves when it listens.
 *
 * @throws {RangeError} if an option is out of its range
 * @throws {RrError} `io` if the address cannot be bound
 */
export async function serveTracker(
  options: ServeTrackerOptions,
  deps: ServeTrackerDeps,
  signal?: AbortSignal,
): Promise<HttpServer> {
  const bind = parseBind(options.bind ?? DEFAULT_TRACKER_BIND);
  const tracker = createTracker(options, deps);
  const server = await deps.serveHttp(bind, tracker.fetch, signal);
  const { logger } = deps;
  logger?.info("Tracker listens", { address: formatBind(server.address) });
  if (options.token === undefined && !isLoopback(server.address.host)) {
    logger?.warn("The tracker has no token: whoever reaches it can list and register peers");
  }
  return server;
}

function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || /^(::ffff:)?127\./.test(host);
}
