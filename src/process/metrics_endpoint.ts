/** Metrics of a running command over HTTP, in the text format of Prometheus. */
import {
  type BindAddress,
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
  const address = parseBind(bind);
  const server = await deps.serveHttp(address, createMetricsHandler(metrics, address), signal);
  deps.logger.info("Metrics are served", {
    url: `http://${formatBind(server.address)}/metrics`,
  });
  return server;
}

/** The name by which a client calls this machine; programs that say none are no browsers. */
function nameIn(host: string | null): string {
  if (host === null) return "localhost";
  return URL.parse(`http://${host}`)?.hostname ?? "";
}

const LOOPBACK = /^(localhost|127\.[\d.]+|\[?::1\]?)$/;

/**
 * Answers `GET /metrics`. A page on the web may give its own name the address of this machine, and then
 * reads what it likes there; at a loopback address nobody else comes with the name of another machine.
 */
function createMetricsHandler(metrics: Metrics, { host }: BindAddress): FetchHandler {
  const isOwn = (name: string): boolean => !LOOPBACK.test(host) || LOOPBACK.test(name);
  return (request) => {
    const { pathname } = new URL(request.url);
    if (!isOwn(nameIn(request.headers.get("host")))) {
      return new Response("this is another machine\n", { status: 421 });
    }
    if (pathname !== "/metrics") return new Response("not found\n", { status: 404 });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("method not allowed\n", { status: 405, headers: { allow: "GET" } });
    }
    const headers = { "content-type": METRICS_CONTENT_TYPE };
    return new Response(request.method === "HEAD" ? null : metrics.text(), { headers });
  };
}
