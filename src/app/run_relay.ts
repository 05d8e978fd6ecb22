/** `rr relay-serve`: a relay from start to stop. */
import type { Logger } from "../base/log.ts";
import type { World } from "../base/world.ts";
import { type RelayEvent, type RelayOptions, startRelay } from "../net/relay.ts";
import { loadKeys } from "./keys.ts";
import { untilAborted } from "./until_aborted.ts";

/** What a relay is made of. */
export interface RunRelayOptions {
  readonly swarmKeyPath: string;
  readonly identityKeyPath: string;
  readonly listen: readonly string[];
  readonly limits: Pick<
    RelayOptions,
    "maxReservations" | "maxCircuits" | "maxCircuitsPerPeer" | "circuitBytes" | "circuitSeconds"
  >;
}

/** What running a relay needs. */
export interface RunRelayDeps {
  readonly world: World;
  readonly logger: Logger;
  /** Prints one line to stdout at once. */
  readonly say: (line: string) => void;
}

/**
 * Relays until `signal` is aborted.
 *
 * @throws {RrError} `key`, `config` or `network`, before it has begun
 */
export async function runRelay(
  options: RunRelayOptions,
  deps: RunRelayDeps,
  signal: AbortSignal,
): Promise<void> {
  const { world, logger, say } = deps;
  const { swarmKey, identity } = await loadKeys(options, world, logger);
  await using relay = await startRelay({
    identity,
    swarmKey,
    listen: options.listen,
    ...options.limits,
  }, { ...world, logger });
  using _events = relay.onEvent((event) => logEvent(event, logger));
  for (const addr of relay.listening()) say(`relay listen: ${addr}`);
  await untilAborted(signal);
}

// The original's lines; scripts look for them.
function logEvent(event: RelayEvent, logger: Logger): void {
  switch (event.type) {
    case "reservation":
      logger.info(`relay: reservation accepted: ${event.peer}`);
      break;
    case "circuit":
      logger.info(`relay: circuit accepted: ${event.from} -> ${event.to}`);
      break;
    case "circuit-refused":
      logger.warn(`relay: circuit refused: ${event.from} -> ${event.to}`);
  }
}
