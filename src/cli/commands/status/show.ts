/** `rr status`, behind its flags. */
import { callControl } from "../../../control/client.ts";
import { controlSocketPath } from "../../../control/socket_path.ts";
import type { DaemonStatus, PeerView } from "../../../app/daemon_status.ts";
import { stopOnSignals } from "../../../process/stop_signals.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { printable } from "../../../base/printable.ts";
import { ExitCode } from "../../exit_code.ts";
import { sentenceOf } from "./sentence.ts";
import { jsonForOutput, paletteFor, printJson } from "../../print.ts";

/** How the status is shown. */
export interface StatusFlags {
  readonly json: boolean;
  readonly watch: boolean;
}

const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

/** Shows the status of the daemon of a database, once or again and again. */
export async function showStatus(
  world: World,
  dbPath: string,
  flags: StatusFlags,
): Promise<number> {
  const path = controlSocketPath(dbPath);
  try {
    if (flags.watch) return await watch(world, path, flags);
    // The daemon is the same program; its socket is private to this user.
    const status = await callControl(path, { verb: "status" }) as DaemonStatus;
    if (flags.json) printJson(world, status);
    else world.stdout.write(formatStatus(status, world));
    return ExitCode.OK;
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "not-found") throw error;
    throw new RrError("not-found", "No daemon runs for this history", {
      hint: "Start it with `rr service start`, or by hand with `rr p2p-sync --watch --push`",
    });
  }
}

async function watch(world: World, path: string, { json }: StatusFlags): Promise<number> {
  using stop = stopOnSignals(world);
  const show = (event: unknown): void => {
    const status = event as DaemonStatus;
    const clear = world.stdout.isTerminal() ? CLEAR : "";
    if (json) world.stdout.write(`${jsonForOutput(world, JSON.stringify(status))}\n`);
    else world.stdout.write(clear + formatStatus(status, world));
  };
  try {
    await callControl(path, { verb: "watch" }, { signal: stop.signal, onEvent: show });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return ExitCode.OK;
}

/** The status as text, lines ending in newlines. */
export function formatStatus(status: DaemonStatus, world: World): string {
  const { bold } = paletteFor(world, world.stdout);
  // What comes from other machines must not act on the terminal.
  const row = (label: string, text: string): string =>
    `${bold(label.padEnd(10))} ${printable(text)}`;
  const now = world.clock.now() / 1000;
  const rss = Math.round(status.rss_bytes / 1024 / 1024);
  const lines = [
    bold(printable(sentenceOf(status))),
    row(
      "daemon",
      `pid ${status.pid}, version ${status.version}, up ${span(status.uptime_sec)}, ${rss} MiB`,
    ),
    row("device", `${status.device_id} of ${status.user_id}`),
    row("history", status.db_path),
    row("peer id", status.peer_id ?? "(starting)"),
    ...status.listening.map((addr) => row("listening", addr)),
    ...status.relays.map((one) =>
      row(
        "relay",
        `${one.relay} ${one.reserved ? "(reachable through it)" : "(no place reserved)"}`,
      )
    ),
    ...status.trackers.map((one) => row("tracker", `${one.url} ${one.error ?? "(ok)"}`)),
    // An older daemon does not tell.
    ...(status.problems ?? []).map((problem) => row("problem", problem)),
    ...(status.left_to_absorb ?? 0) > 0
      ? [row("protocol", `1, and 2 once ${status.left_to_absorb} entries are summed up`)]
      : [],
    row("last round", `${ago(status.last_round_unix, now)}, every ${span(status.interval_sec)}`),
    row("peers", status.peers.length === 0 ? "none known yet" : String(status.peers.length)),
    ...status.peers.flatMap((peer) => peerLines(peer, now)).map(printable),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function peerLines(peer: PeerView, now: number): string[] {
  const name = peer.device_id ?? peer.hostname ?? peer.peer_id;
  const retry = peer.retry_in_sec > 0 ? `, next try in ${span(peer.retry_in_sec)}` : "";
  const pending = peer.pending_push > 0 ? `, ${peer.pending_push} to send` : "";
  const route = peer.route ?? "not connected";
  const synced = peer.equal ? "has the same" : `synced ${ago(peer.last_sync_unix, now)}`;
  const protocol = peer.protocol === 1 ? ", protocol 1: learns no deletions" : "";
  const line = `  ${name}: ${route}, ${synced}${pending}${retry}${protocol}`;
  return [line, ...heldLines(peer), ...peer.last_error === null ? [] : [`    ${peer.last_error}`]];
}

/** Entries that are named; the JSON has all. */
const MOST_NAMED = 3;

// An older daemon does not tell.
function heldLines({ held = [] }: PeerView): string[] {
  if (held.length === 0) return [];
  const more = held.length > MOST_NAMED ? ", ..." : "";
  const ids = `${held.slice(0, MOST_NAMED).join(", ")}${more}`;
  return [`    ${held.length} too large for the relay, waiting for a direct connection: ${ids}`];
}

function ago(unix: number | null, now: number): string {
  return unix === null ? "never" : `${span(Math.max(0, now - unix))} ago`;
}

/** Seconds in the two largest units: `3 d 4 h`, `2 min 5 s`. */
function span(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [[86_400, "d"], [3600, "h"], [60, "min"]];
  let rest = Math.floor(seconds);
  const parts: string[] = [];
  for (const [size, name] of units) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest} s`);
  return parts.slice(0, 2).join(" ");
}
