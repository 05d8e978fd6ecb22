/** What every long-running command has: a log, metrics, and a line to the service manager. */
import type { Logger } from "../base/log.ts";
import { keepOpen } from "../base/async/door.ts";
import { supervise } from "../base/async/supervise.ts";
import { createMetrics, type Metrics } from "../base/metrics.ts";
import type { World } from "../base/world.ts";
import { serveHttp } from "./http_serve.ts";
import { Health } from "./health.ts";
import { withSummedRepeats } from "../base/log_repeats.ts";
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
  /** What does not work at the moment; the watchdog goes by it. */
  readonly health: Health;
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
  const logger = withSummedRepeats(await createProcessLogger(options, world), world.clock);
  const metrics = createMetrics();
  const health = new Health(world.clock);
  if (options.metricsBind !== undefined) {
    const { door } = await serveMetrics(
      options.metricsBind,
      metrics,
      { serveHttp, logger },
      signal,
    );
    const measuring = {
      name: "process metrics",
      run: (inner: AbortSignal) => measureProcess(metrics, world.clock, inner),
    };
    const doorDeps = { clock: world.clock, logger, onState: health.listenerChanged };
    const listening = {
      name: "metrics listener",
      run: (inner: AbortSignal) => keepOpen(door, doorDeps, inner),
    };
    // It never rejects with such parts.
    void supervise([measuring, listening], { ...world, logger }, signal);
  }
  const notifier = openServiceNotifier({ world, logger, isAlive: () => health.isAlive() });
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
    health,
    [Symbol.asyncDispose]: () => notifier[Symbol.asyncDispose](),
  };
}
