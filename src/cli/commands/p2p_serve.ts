import type { World } from "../../base/world.ts";
import { checkAddresses } from "../flags/check_addresses.ts";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import {
  listFlag,
  RELAY_FLAG,
  SWARM_KEY_FLAG,
  textFlag,
  TRACKER_TOKEN_FLAG,
  TRACKERS_FLAG,
} from "../flags/flags.ts";
import { LOG_FLAGS, type LogFlags, METRICS_FLAG, RELAY_ONLY_FLAG } from "../flags/p2p_flags.ts";

interface Flags extends LogFlags {
  readonly listen: readonly string[] | undefined;
  readonly relayOnly: boolean;
  readonly identityKey: string | undefined;
  readonly swarmKey: string | undefined;
  readonly relay: readonly string[] | undefined;
  readonly trackers: readonly string[] | undefined;
  readonly trackerToken: string | undefined;
  readonly metricsBind: string | undefined;
}

/** `rr p2p-serve` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--listen <multiaddrs>] [options]"],
  details:
    `You rarely need it: \`rr p2p-sync --watch\` answers other devices as well. Where both run, this
one takes the connections and the other one only dials. Prints its addresses as
\`p2p listen: <multiaddr>\`. SIGTERM or Ctrl-C stops it at once, SIGHUP reads the config again.

Examples:
  rr p2p-serve
  rr p2p-serve --listen /ip4/0.0.0.0/tcp/8845,/ip6/::/tcp/8845`,
  flags: {
    listen: listFlag(
      "Where to take connections [env RUSTORY_P2P_LISTEN, default port 8845 of IPv4 and IPv6]",
      "multiaddrs",
    ),
    relayOnly: RELAY_ONLY_FLAG,
    identityKey: textFlag(
      "This device's key [env RUSTORY_P2P_IDENTITY_KEY_PATH, default ~/.config/rustory/identity.key]",
      "file",
    ),
    swarmKey: SWARM_KEY_FLAG,
    relay: RELAY_FLAG,
    trackers: TRACKERS_FLAG,
    trackerToken: TRACKER_TOKEN_FLAG,
    metricsBind: METRICS_FLAG,
    ...LOG_FLAGS,
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const load = (): Settings =>
    loadSettings(world, {
      dbPath: flags.dbPath,
      p2pListen: flags.listen,
      p2pRelayOnly: flags.relayOnly ? true : undefined,
      p2pIdentityKeyPath: flags.identityKey,
      swarmKeyPath: flags.swarmKey,
      relays: flags.relay,
      trackers: flags.trackers,
      trackerToken: flags.trackerToken,
      metricsBind: flags.metricsBind,
      logLevel: flags.logLevel,
      logFormat: flags.logFormat,
    });
  checkAddresses(load(), ["trackers", "relays", "p2pListen", "metricsBind"]);
  const { runWatch } = await import("../run_watch.ts");
  return await runWatch(world, load, {
    mode: "serve",
    limit: 0,
    push: false,
    noServe: false,
    intervalSec: 60,
  });
}
