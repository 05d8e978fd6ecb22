/** `rr tracker-serve`: a tracker from start to stop. */
import { keepOpen } from "../base/async/door.ts";
import { formatBind } from "../base/http.ts";
import { serveTracker, type ServeTrackerOptions } from "../tracker/server/server.ts";
import { serveHttp } from "../process/http_serve.ts";
import type { ProcessParts } from "../process/process_parts.ts";

/**
 * Answers until `signal` is aborted; resolves when the port is free again.
 *
 * @throws {RrError} `io` if the address cannot be bound
 */
export async function runTracker(
  options: ServeTrackerOptions,
  { world, logger, say, metrics, notifier, health }: Omit<ProcessParts, keyof AsyncDisposable>,
  signal: AbortSignal,
): Promise<void> {
  const deps = { clock: world.clock, logger, metrics, serveHttp };
  await using server = await serveTracker(options, deps, signal);
  say(`tracker listen: http://${formatBind(server.address)}`);
  notifier.ready(`answering on ${formatBind(server.address)}`);
  const door = { clock: world.clock, logger, onState: health.listenerChanged };
  await Promise.all([server.finished, keepOpen(server.door, door, signal)]);
}
