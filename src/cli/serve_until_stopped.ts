/** What all long-running commands share on the command line's side. */
import type { ProcessParts } from "../process/process_parts.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/settings.ts";

/**
 * Runs `serve` with a signal that SIGTERM or Ctrl-C abort; its result is the exit code.
 *
 * Being stopped is not a failure: whatever `serve` throws after the signal counts as 0.
 */
export async function serveUntilStopped(
  world: World,
  settings: Pick<Settings, "logLevel" | "logFormat" | "metricsBind">,
  serve: (parts: ProcessParts, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { stopOnSignals } = await import("../process/stop_signals.ts");
  const { openProcessParts } = await import("../process/process_parts.ts");
  using stop = stopOnSignals(world);
  const options = {
    level: settings.logLevel,
    format: settings.logFormat,
    metricsBind: settings.metricsBind,
  };
  await using parts = await openProcessParts(world, options, stop.signal);
  try {
    return await serve(parts, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 0;
    throw error;
  }
}
