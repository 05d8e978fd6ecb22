import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { checkAddresses } from "../flags/check_addresses.ts";
import { loadSettings } from "../../config/load.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { secretFlag, textFlag, wholeNumber } from "../flags/flags.ts";
import { LOG_FLAGS, type LogFlags, METRICS_FLAG } from "../flags/p2p_flags.ts";
import { serveUntilStopped } from "../serve_until_stopped.ts";

interface Flags extends LogFlags {
  readonly bind: string | undefined;
  readonly ttlSec: number;
  readonly token: string | undefined;
  readonly metricsBind: string | undefined;
}

/** `rr tracker-serve` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--bind <host:port>] [--ttl-sec <n>] [--token <token>]"],
  details:
    `A small HTTP directory: devices register their addresses and ask for those of the others. It
keeps everything in memory, up to 120,000 devices and 512 of one swarm, and sees no history. Put its
URL into the devices' config as trackers.

Without a token whoever reaches it can list and register peers (they still cannot connect to your
devices without the swarm key). Set one with RUSTORY_TRACKER_SERVE_TOKEN or tracker_serve_token in the
config; --token shows in process lists. For use over the internet put a TLS proxy in front.

Examples:
  rr tracker-serve
  RUSTORY_TRACKER_SERVE_TOKEN=... rr tracker-serve --bind 127.0.0.1:8850`,
  flags: {
    bind: textFlag("Where to listen [env RUSTORY_TRACKER_BIND, default 0.0.0.0:8850]", "host:port"),
    ttlSec: {
      kind: "parsed",
      // A day: more would only collect addresses that nobody answers at.
      parse: wholeNumber(1, 86_400),
      default: "60",
      placeholder: "n",
      brief: "Seconds after which a device that does not register again is forgotten",
    },
    token: secretFlag("What clients have to send [env RUSTORY_TRACKER_SERVE_TOKEN]", "token"),
    metricsBind: METRICS_FLAG,
    ...LOG_FLAGS,
  },
  run,
});

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  // Elsewhere a blank value counts as none; here that would open what somebody meant to close.
  if (flags.token?.trim() === "") {
    throw new RrError("usage", "Cannot use a blank --token: everybody would be let in", {
      hint: "Leave it out if that is meant",
    });
  }
  const settings = loadSettings(world, {
    trackerBind: flags.bind,
    trackerServeToken: flags.token,
    metricsBind: flags.metricsBind,
    logLevel: flags.logLevel,
    logFormat: flags.logFormat,
  });
  checkAddresses(settings, ["trackerBind", "metricsBind"]);
  const { runTracker } = await import("../../app/run_tracker.ts");
  return await serveUntilStopped(world, settings, async (parts, signal) => {
    await runTracker(
      {
        bind: settings.trackerBind,
        ttlSec: flags.ttlSec,
        token: settings.trackerServeToken,
      },
      parts,
      signal,
    );
    return ExitCode.OK;
  });
}
