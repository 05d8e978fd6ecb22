/** What every long-running command has: a log, metrics, and a line to the service manager. */
import type { Logger } from "../base/log.ts";
import { supervise } from "../base/async/supervise.ts";
import { createMetrics, type Metrics } from "../base/metrics.ts";
import type { World } from "../base/world.ts";
import { serveHttp } from "./http_serve.ts";
import { createProcessLogger, type LoggingOptions } from "./logging.ts";
import { serveMetrics } from "./metrics_endpoint.ts";
import { openServiceNotifier, type ServiceNotifier } from "./notify.ts";
import { measureProcess } from "./process_metrics.ts";

/** How a process is watched. */
export interface ProcessOptions extends LoggingOptions {
  /** `host:port` of the metrics; none are served if it is unset. */
  readonly metricsBind: string | undefined;
}

/** What a long-running command is handed; disposing says goodbye to the service manager. */
export interface ProcessParts extends AsyncDisposable {
  readonly world: World;
  readonly logger: Logger;
  /** Prints one line to stdout at once. */
  readonly say: (line: string) => void;
  readonly metrics: Metrics;
  readonly notifier: ServiceNotifier;
}

/**
 * Opens them. They work until they are disposed; metrics end with the signal.
 *
 * @throws {RrError} `io` if the metrics' address cannot be bound
 */
export async function openProcessParts(
  world: World,
  options: ProcessOptions,
  signal: AbortSignal,
): Promise<ProcessParts> {
  const logger = await createProcessLogger(options, world);
  const metrics = createMetrics();
  if (options.metricsBind !== undefined) {
    await serveMetrics(options.metricsBind, metrics, { serveHttp, logger }, signal);
    const measuring = {
      name: "process metrics",
      run: (inner: AbortSignal) => measureProcess(metrics, world.clock, inner),
    };
    void supervise([measuring], { ...world, logger }, signal); // never rejects with such parts
  }
  const notifier = openServiceNotifier({ world, logger });
  signal.addEventListener("abort", () => notifier.stopping(), { once: true });
  return {
    world,
    logger,
    say: (line) => {
      try {
        world.stdout.write(`${line}\n`);
      } catch {
        // The terminal is gone; that is no reason to stop syncing.
      }
    },
    metrics,
    notifier,
    [Symbol.asyncDispose]: () => notifier[Symbol.asyncDispose](),
  };
}
