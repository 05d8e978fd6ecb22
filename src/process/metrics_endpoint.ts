/** Metrics of a running command over HTTP, in the text format of Prometheus. */
import {
  type FetchHandler,
  formatBind,
  type HttpServer,
  parseBind,
  type ServeHttp,
} from "../base/http.ts";
import type { Logger } from "../base/log.ts";
import { type Metrics, METRICS_CONTENT_TYPE } from "../base/metrics.ts";

/** What serving metrics needs. */
export interface ServeMetricsDeps {
  readonly serveHttp: ServeHttp;
  readonly logger: Logger;
}

/**
 * Serves `GET /metrics` at `bind` (`host:port`) until the signal is aborted.
 *
 * There is no password: they tell names of devices to whoever can connect, so bind to 127.0.0.1 or to where
 * only the collector comes.
 *
 * @throws {RangeError} if `bind` is no address; {RrError} `io` if it cannot be listened at
 */
export async function serveMetrics(
  bind: string,
  metrics: Metrics,
  deps: ServeMetricsDeps,
  signal?: AbortSignal,
): Promise<HttpServer> {
  const server = await deps.serveHttp(parseBind(bind), createMetricsHandler(metrics), signal);
  deps.logger.info("Metrics are served", {
    url: `http://${formatBind(server.address)}/metrics`,
  });
  return server;
}

/** Answers `GET /metrics`. */
function createMetricsHandler(metrics: Metrics): FetchHandler {
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/metrics") return new Response("not found\n", { status: 404 });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("method not allowed\n", { status: 405, headers: { allow: "GET" } });
    }
    const headers = { "content-type": METRICS_CONTENT_TYPE };
    return new Response(request.method === "HEAD" ? null : metrics.text(), { headers });
  };
}
