/** `rr relay-serve`: a relay from start to stop. */
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Relay, type RelayOptions, startRelay } from "../net/relay/relay.ts";
import type { RelayEvent } from "../net/relay/relay_event.ts";
import { loadKeys } from "./session/keys.ts";
import type { ProcessParts } from "../process/process_parts.ts";
import { untilAborted } from "../base/async/until_aborted.ts";

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

/**
 * Relays until `signal` is aborted.
 *
 * @throws {RrError} `key`, `config` or `network`, before it has begun
 */
export async function runRelay(
  options: RunRelayOptions,
  parts: Omit<ProcessParts, keyof AsyncDisposable>,
  signal: AbortSignal,
): Promise<void> {
  const { world, logger, say, metrics, notifier, health } = parts;
  const { swarmKey, identity } = await loadKeys(options, world, logger);
  await using relay = await startRelay({
    identity,
    swarmKey,
    listen: options.listen,
    ...options.limits,
  }, { ...world, logger, onListener: health.listenerChanged });
  using _events = relay.onEvent((event) => logEvent(event, logger));
  measureRelay(relay, metrics);
  for (const addr of relay.listening()) say(`relay listen: ${addr}`);
  notifier.ready(`relaying as ${relay.peer}`);
  await untilAborted(signal);
}

function measureRelay(relay: Relay, metrics: Metrics): void {
  const gauge = metrics.gauge("rr_relay_in_use", "Connections, reservations and circuits now.");
  const bytes = metrics.gauge("rr_bytes", "Bytes over the network since the start.");
  metrics.onCollect(() => {
    const { connections, reservations, circuits, received, sent } = relay.usage();
    gauge.set(connections, { kind: "connections" });
    gauge.set(reservations, { kind: "reservations" });
    gauge.set(circuits, { kind: "circuits" });
    bytes.set(received, { direction: "received" });
    bytes.set(sent, { direction: "sent" });
  });
}

// All but one are the original's lines; scripts look for them.
function logEvent(event: RelayEvent, logger: Logger): void {
  switch (event.type) {
    case "reservation":
      logger.info(`relay: reservation accepted: ${event.peer}`);
      break;
    case "reservation-ended":
      logger.debug(`relay: reservation ended: ${event.peer}`);
      break;
    case "circuit":
      logger.info(`relay: circuit accepted: ${event.from} -> ${event.to}`);
      break;
    case "circuit-refused":
      logger.warn(`relay: circuit refused: ${event.from} -> ${event.to}`);
  }
}
