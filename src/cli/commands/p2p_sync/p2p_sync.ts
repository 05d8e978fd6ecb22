import type { World } from "../../../base/world.ts";
import { checkAddresses } from "../../flags/check_addresses.ts";
import { loadSettings } from "../../../config/load.ts";
import type { Settings } from "../../../config/settings.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../../define_command.ts";
import {
  listFlag,
  RELAY_FLAG,
  SWARM_KEY_FLAG,
  switchFlag,
  textFlag,
  TRACKER_TOKEN_FLAG,
  TRACKERS_FLAG,
  wholeNumber,
} from "../../flags/flags.ts";
import { printWarning } from "../../print/print.ts";
import {
  LOG_FLAGS,
  type LogFlags,
  METRICS_FLAG,
  RELAY_ONLY_FLAG,
  REQUEST_FLAGS,
  type RequestFlags,
} from "../../flags/p2p_flags.ts";

interface Flags extends LogFlags, RequestFlags {
  readonly peers: readonly string[] | undefined;
  readonly limit: number;
  readonly push: boolean;
  readonly watch: boolean;
  readonly intervalSec: number;
  readonly startJitterSec: string | undefined;
  readonly listen: readonly string[] | undefined;
  readonly noServe: boolean;
  readonly relayOnly: boolean;
  readonly swarmKey: string | undefined;
  readonly identityKey: string | undefined;
  readonly relay: readonly string[] | undefined;
  readonly trackers: readonly string[] | undefined;
  readonly trackerToken: string | undefined;
  readonly metricsBind: string | undefined;
}

/** `rr p2p-sync` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--push] [options]", "--watch [--push] [--interval-sec <n>] [options]"],
  details:
    `Without --watch: finds the peers, takes what they have and we lack, with --push also gives them
what was recorded here, and ends. If the daemon runs, it is asked to do that now.

With --watch it is the daemon: it takes connections as well (--no-serve turns that off), syncs every
--interval-sec, and with --push sends a new command to connected peers within a second. Peers that do
not answer are tried less and less often. It waits quietly while there is nobody to sync with.
SIGTERM or Ctrl-C stops it at once, SIGHUP reads the config again.

Peers are found through trackers, those met in the last 7 days, and --peers. They are dialled directly
first, then through a relay.

Exit codes: 0 done, 1 nothing could be synced, 2 wrong usage, 75 another daemon runs.

Examples:
  rr p2p-sync --push
  rr p2p-sync --watch --push --interval-sec 60
  rr p2p-sync --peers /ip4/192.168.1.20/tcp/8845/p2p/12D3KooW...`,
  flags: {
    peers: listFlag("Peers to try besides those that are found", "multiaddrs"),
    limit: {
      kind: "parsed",
      parse: wholeNumber(0, Number.MAX_SAFE_INTEGER),
      default: "1000",
      placeholder: "n",
      brief: "Most entries in one request",
    },
    push: switchFlag("Also send what was recorded on this device"),
    watch: switchFlag("Go on until stopped"),
    intervalSec: {
      kind: "parsed",
      parse: wholeNumber(0, 31_536_000),
      default: "60",
      placeholder: "n",
      brief: "From the start of a round to the start of the next",
    },
    startJitterSec: textFlag(
      "Random wait before the first round, at most this long [env RUSTORY_P2P_WATCH_START_JITTER_SEC, default 0]",
      "n",
    ),
    listen: listFlag(
      "Where to take connections [env RUSTORY_P2P_LISTEN, default port 8845 of IPv4 and IPv6]",
      "multiaddrs",
    ),
    noServe: switchFlag("Take no connections, only dial"),
    relayOnly: RELAY_ONLY_FLAG,
    swarmKey: SWARM_KEY_FLAG,
    identityKey: textFlag(
      "This device's key [env RUSTORY_P2P_IDENTITY_KEY_PATH, default ~/.config/rustory/identity.key]",
      "file",
    ),
    relay: RELAY_FLAG,
    trackers: TRACKERS_FLAG,
    trackerToken: TRACKER_TOKEN_FLAG,
    metricsBind: METRICS_FLAG,
    ...REQUEST_FLAGS,
    ...LOG_FLAGS,
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const load = (): Settings => loadSettings(world, settingFlags(flags));
  const settings = load();
  checkAddresses(settings, ["trackers", "relays", "peers", "p2pListen", "metricsBind"]);
  const { limit, push, noServe } = flags;
  if (flags.watch) {
    const { runWatch } = await import("../../run_watch.ts");
    // The original takes 0 for 1.
    if (flags.intervalSec === 0) printWarning(world, "--interval-sec 0 counts as 1");
    const intervalSec = Math.max(1, flags.intervalSec);
    return await runWatch(world, load, { mode: "watch", limit, push, noServe, intervalSec });
  }
  const { runOnce } = await import("./once.ts");
  return await runOnce(world, settings, { limit, push, ownWay: saysHow(flags) });
}

// What a running daemon would not do, or not in this way.
function saysHow(flags: Flags): boolean {
  const given = [
    flags.peers,
    flags.swarmKey,
    flags.identityKey,
    flags.relay,
    flags.trackers,
    flags.trackerToken,
    flags.reqAttempts,
    flags.reqTimeoutBaseSec,
    flags.reqTimeoutCapSec,
    flags.reqBackoffBaseMs,
  ];
  return flags.relayOnly || given.some((value) => value !== undefined);
}

function settingFlags(flags: Flags & GlobalFlags): Parameters<typeof loadSettings>[1] {
  return {
    dbPath: flags.dbPath,
    peers: flags.peers,
    p2pWatchStartJitterSec: flags.startJitterSec,
    p2pListen: flags.listen,
    p2pRelayOnly: flags.relayOnly ? true : undefined,
    swarmKeyPath: flags.swarmKey,
    p2pIdentityKeyPath: flags.identityKey,
    relays: flags.relay,
    trackers: flags.trackers,
    trackerToken: flags.trackerToken,
    p2pRequestAttempts: flags.reqAttempts,
    p2pRequestTimeoutBaseSec: flags.reqTimeoutBaseSec,
    p2pRequestTimeoutCapSec: flags.reqTimeoutCapSec,
    p2pRequestBackoffBaseMs: flags.reqBackoffBaseMs,
    metricsBind: flags.metricsBind,
    logLevel: flags.logLevel,
    logFormat: flags.logFormat,
  };
}
