import type { World } from "../../base/world.ts";
import { checkAddresses } from "../flags/check_addresses.ts";
import { loadSettings } from "../../config/load.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { listFlag, SWARM_KEY_FLAG, textFlag, wholeNumber } from "../flags/flags.ts";
import { LOG_FLAGS, type LogFlags, METRICS_FLAG } from "../flags/p2p_flags.ts";
import { serveUntilStopped } from "../serve_until_stopped.ts";

interface Flags extends LogFlags {
  readonly listen: readonly string[] | undefined;
  readonly identityKey: string | undefined;
  readonly swarmKey: string | undefined;
  readonly maxReservations: number | undefined;
  readonly maxCircuits: number | undefined;
  readonly maxCircuitsPerPeer: number | undefined;
  readonly circuitMaxBytes: number | undefined;
  readonly circuitMaxSec: number | undefined;
  readonly metricsBind: string | undefined;
}

/** `rr relay-serve` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--listen <multiaddrs>] [options]"],
  details:
    `Run it on a machine that all devices can reach, with the swarm's key. Prints its addresses as
\`relay listen: <multiaddr>\`; put one that others can dial into their config as relay_addr. The relay
passes on what two devices say to each other and cannot read it. A relayed connection may last and
carry as much as it likes, unless you say otherwise. SIGTERM or Ctrl-C stops it.

Examples:
  rr relay-serve
  rr relay-serve --listen /ip4/0.0.0.0/tcp/4001,/ip6/::/tcp/4001 --circuit-max-sec 3600`,
  flags: {
    listen: listFlag(
      "Where to listen [env RUSTORY_RELAY_LISTEN, default port 4001 of IPv4 and IPv6]",
      "multiaddrs",
    ),
    identityKey: textFlag(
      "The relay's own key [env RUSTORY_RELAY_IDENTITY_KEY_PATH, default ~/.config/rustory/relay.key]",
      "file",
    ),
    swarmKey: SWARM_KEY_FLAG,
    maxReservations: limit("Devices that may be reachable through it [default 1024]"),
    maxCircuits: limit("Relayed connections at a time [default 512]"),
    maxCircuitsPerPeer: limit("Relayed connections of one device at a time [default 64]"),
    circuitMaxBytes: limit("Bytes that one relayed connection may carry [default no limit]"),
    circuitMaxSec: limit("Seconds that one relayed connection may last [default no limit]"),
    metricsBind: METRICS_FLAG,
    ...LOG_FLAGS,
  },
  run,
});

function limit(brief: string): {
  readonly kind: "parsed";
  readonly parse: (text: string) => number;
  readonly optional: true;
  readonly placeholder: string;
  readonly brief: string;
} {
  return {
    kind: "parsed",
    parse: wholeNumber(1, Number.MAX_SAFE_INTEGER),
    optional: true,
    placeholder: "n",
    brief,
  };
}

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = loadSettings(world, {
    relayListen: flags.listen,
    relayIdentityKeyPath: flags.identityKey,
    swarmKeyPath: flags.swarmKey,
    metricsBind: flags.metricsBind,
    logLevel: flags.logLevel,
    logFormat: flags.logFormat,
  });
  checkAddresses(settings, ["relayListen", "metricsBind"]);
  const { runRelay } = await import("../../app/run_relay.ts");
  return await serveUntilStopped(world, settings, async (parts, signal) => {
    await runRelay(
      {
        swarmKeyPath: settings.swarmKeyPath,
        identityKeyPath: settings.relayIdentityKeyPath,
        listen: settings.relayListen,
        limits: limitsOf(flags),
      },
      parts,
      signal,
    );
    return ExitCode.OK;
  });
}

function limitsOf(flags: Flags): Record<string, number> {
  const limits = {
    maxReservations: flags.maxReservations,
    maxCircuits: flags.maxCircuits,
    maxCircuitsPerPeer: flags.maxCircuitsPerPeer,
    circuitBytes: flags.circuitMaxBytes,
    circuitSeconds: flags.circuitMaxSec,
  };
  return Object.fromEntries(
    Object.entries(limits).filter(([, value]) => value !== undefined),
  ) as Record<
    string,
    number
  >;
}
