import { historyIfThere } from "../machine/history_if_there.ts";
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { printable } from "../../base/printable.ts";
import { openHistory } from "../../store/file/open_history.ts";
import { type CliCommand, defineCommand, type GlobalFlags } from "../define_command.ts";
import { ExitCode } from "../exit_code.ts";
import { filledFlag, JSON_FLAG, switchFlag } from "../flags/flags.ts";
import { printInfo, printJson, printLine } from "../print/print.ts";
import { pingTrackers, type TrackerState } from "../machine/tracker_state.ts";

interface Flags {
  readonly peer: string | undefined;
  readonly json: boolean;
  readonly withTracker: boolean;
  readonly forget: string | undefined;
}

/** `rr sync-status` */
export const command: CliCommand = defineCommand<Flags>({
  usage: ["[--peer <id>] [--json] [--with-tracker]", "--forget <id>"],
  details: `Looks into the database only; see \`rr status\` for what the daemon is doing right now.

pull_cursor counts in the peer's own numbers, push_cursor in ours; pending_push is the number of
entries of this device that the peer does not have yet.

--forget removes a peer that is gone for good. Its entries stay; should it come back, it is followed
from its beginning, which brings nothing twice.

Examples:
  rr sync-status --with-tracker
  rr sync-status --forget 12D3KooW...
  rr sync-status --json | jq '.peers[] | select(.pending_push > 0)'`,
  flags: {
    peer: filledFlag("Only this peer", "id"),
    json: JSON_FLAG,
    withTracker: switchFlag("Ask the trackers whether they are there"),
    forget: filledFlag("Forget this peer, then show the others", "id"),
  },
  run,
});

interface PeerLine {
  readonly peer_id: string;
  readonly pull_cursor: number;
  readonly push_cursor: number;
  readonly pending_push: number;
  readonly last_seen_unix: number | null;
  readonly last_seen_age_sec: number | null;
}

async function run(world: World, flags: Flags & GlobalFlags): Promise<number> {
  const settings = loadSettings(world, { dbPath: flags.dbPath }, {
    needs: ["dbPath", "deviceId", "trackers", "trackerToken"],
  });
  if (flags.forget !== undefined) forget(world, settings, flags.forget.trim());
  const { head, peers } = readDatabase(world, settings, flags.peer);
  const trackers = flags.withTracker ? await pingTrackers(world, settings) : undefined;
  if (flags.json) {
    printJson(world, {
      local_head: head,
      local_device_id: settings.deviceId,
      peers,
      ...(trackers === undefined ? {} : { tracker_status: trackers.map(toJson) }),
    });
    return ExitCode.OK;
  }
  printLine(world, `local ingest head: ${head}`);
  printLine(world, `local device id: ${printable(settings.deviceId)}`);
  for (const line of peerLines(peers, flags.peer)) printLine(world, line);
  for (const line of trackers === undefined ? [] : trackerLines(trackers)) printLine(world, line);
  return ExitCode.OK;
}

function readDatabase(
  world: World,
  settings: Settings,
  only: string | undefined,
): { head: number; peers: PeerLine[] } {
  using history = historyIfThere(world, settings.dbPath);
  if (history === undefined) return { head: 0, peers: [] };
  const nowUnix = Math.floor(world.clock.now() / 1000);
  const states = history.peers.states(settings.deviceId);
  const peers = states.filter(({ peer }) => only === undefined || peer === only.trim())
    .map((state): PeerLine => ({
      peer_id: state.peer,
      pull_cursor: state.pullCursor,
      push_cursor: state.pushCursor,
      pending_push: state.pendingPush,
      last_seen_unix: state.lastSeenUnix ?? null,
      last_seen_age_sec: state.lastSeenUnix === undefined
        ? null
        : Math.max(0, nowUnix - state.lastSeenUnix),
    }));
  return { head: history.log.headSeq(), peers };
}

function forget(world: World, settings: Settings, peer: string): void {
  const wasKnown = world.files.stat(settings.dbPath) !== undefined &&
    forgetIn(world, settings, peer);
  if (wasKnown) return printInfo(world, `forgot peer ${peer}`);
  throw new RrError("not-found", `Cannot forget the peer "${peer}": it is not known`, {
    hint: "`rr sync-status` lists those that are",
  });
}

function forgetIn(world: World, settings: Settings, peer: string): boolean {
  using history = openHistory(settings.dbPath, world);
  return history.peers.forget(peer);
}

function peerLines(peers: readonly PeerLine[], only: string | undefined): string[] {
  if (peers.length === 0) {
    return [
      only === undefined
        ? "peer sync state: (empty)"
        : `peer sync state: no state for peer '${printable(only.trim())}'`,
    ];
  }
  return peers.map((peer) =>
    `peer=${
      printable(peer.peer_id)
    } pull_cursor=${peer.pull_cursor} push_cursor=${peer.push_cursor} ` +
    `pending_push=${peer.pending_push} last_seen_unix=${peer.last_seen_unix ?? "-"} ` +
    `last_seen_age_sec=${peer.last_seen_age_sec ?? "-"}`
  );
}

function trackerLines(trackers: readonly TrackerState[]): string[] {
  if (trackers.length === 0) return ["tracker status: (none)"];
  return trackers.map(({ baseUrl, reachable, latencyMs, error }) =>
    `tracker=${printable(baseUrl)} reachable=${reachable} latency_ms=${latencyMs ?? "-"}` +
    (error === undefined ? "" : ` error=${printable(error)}`)
  );
}

function toJson(state: TrackerState): Record<string, unknown> {
  return {
    base_url: state.baseUrl,
    reachable: state.reachable,
    latency_ms: state.latencyMs ?? null,
    error: state.error ?? null,
  };
}
