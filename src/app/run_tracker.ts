/** `rr tracker-serve`: a tracker from start to stop. */
import { formatBind } from "../base/http.ts";
import type { Logger } from "../base/log.ts";
import type { World } from "../base/world.ts";
import { serveTracker, type ServeTrackerOptions } from "../tracker/server.ts";
import { serveHttp } from "./http_serve.ts";

/** What running a tracker needs. */
export interface RunTrackerDeps {
  readonly world: World;
  readonly logger: Logger;
  /** Prints one line to stdout at once. */
  readonly say: (line: string) => void;
}

/**
 * Answers until `signal` is aborted; resolves when the port is free again.
 *
 * @throws {RrError} `io` if the address cannot be bound
 */
export async function runTracker(
  options: ServeTrackerOptions,
  { world, logger, say }: RunTrackerDeps,
  signal: AbortSignal,
): Promise<void> {
  const deps = { clock: world.clock, logger, serveHttp };
  await using server = await serveTracker(options, deps, signal);
  say(`tracker listen: http://${formatBind(server.address)}`);
  await server.finished;
}
