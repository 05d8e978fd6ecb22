/** What all long-running commands share: signals, a log, output line by line. */
import type { Logger } from "../base/log.ts";
import type { World } from "../base/world.ts";
import type { Settings } from "../config/load.ts";

/** What a long-running command is handed. */
export interface ServeParts {
  readonly world: World;
  readonly logger: Logger;
  /** Prints one line to stdout at once. */
  readonly say: (line: string) => void;
}

/**
 * Runs `serve` with a signal that SIGTERM or Ctrl-C abort; its result is the exit code.
 *
 * Being stopped is not a failure: whatever `serve` throws after the signal counts as 0.
 */
export async function serveUntilStopped(
  world: World,
  settings: Settings,
  serve: (parts: ServeParts, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { stopOnSignals } = await import("../app/stop_signals.ts");
  const { lineLogger } = await import("../app/line_logger.ts");
  using stop = stopOnSignals(world);
  const parts: ServeParts = {
    world,
    logger: lineLogger(world.stderr, settings.logLevel),
    say: (line) => world.stdout.write(`${line}\n`),
  };
  try {
    return await serve(parts, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 0;
    throw error;
  }
}
