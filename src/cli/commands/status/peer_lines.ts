/** One line a device: name, route, when it was seen, and how far the two are apart. */
import { grouped } from "../../../base/grouped.ts";
import type { PeerView } from "../../../app/daemon/status/daemon_status.ts";
import { barOf, lacking, nameOf } from "./sentence.ts";
import { secondsText } from "./seconds_text.ts";

/** The lines of all devices, in columns; `nowUnix` in seconds. Not yet safe for a terminal. */
export function peerLines(peers: readonly PeerView[], nowUnix: number): string[] {
  const rows = peers.map((peer) => [
    nameOf(peer),
    peer.route ?? "not connected",
    seenText(peer, nowUnix),
  ]);
  const widths = [0, 1, 2].map((i) => Math.max(0, ...rows.map((row) => row[i]!.length)));
  return peers.flatMap((peer, n) => {
    const cells = rows[n]!.map((cell, i) => cell.padEnd(widths[i]!));
    const line = `  ${[...cells, apartText(peer)].join("  ")}`;
    return [line.trimEnd(), ...heldLines(peer), ...errorLines(peer)];
  });
}

function seenText({ route, last_seen_unix, last_sync_unix }: PeerView, nowUnix: number): string {
  if (route !== null) return "seen now";
  const seen = last_seen_unix ?? last_sync_unix;
  return seen === null ? "never seen" : `seen ${secondsText(Math.max(0, nowUnix - seen))} ago`;
}

/** What the two lack of each other, and what stands in the way. */
function apartText(peer: PeerView): string {
  const { behind, arrived = 0, given = 0, retry_in_sec, route, protocol } = peer;
  const ahead = lacking(peer);
  const parts: string[] = [];
  if (peer.equal) parts.push("has the same");
  else {
    if ((behind ?? 0) > 0) {
      const bar = arrived > 0 ? ` ${barOf(arrived, behind!)}` : "";
      parts.push(`${grouped(behind!)} to come${bar}`);
    } else if (arrived > 0) parts.push(`${grouped(arrived)} came so far`);
    if (ahead > 0) {
      const bar = given > 0 ? ` ${barOf(given, ahead)}` : "";
      parts.push(`${grouped(ahead)} to send${bar}`);
    }
    if (parts.length === 0) parts.push(evenText(peer));
  }
  if (retry_in_sec > 0) parts.push(`next try in ${secondsText(retry_in_sec)}`);
  if (route !== null && protocol === 1) parts.push("protocol 1: learns no deletions");
  return parts.join(", ");
}

function evenText({ last_sync_unix, failures }: PeerView): string {
  if (last_sync_unix === null) return failures > 0 ? "never synced" : "not synced yet";
  return "nothing to send";
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

function errorLines({ last_error, failures }: PeerView): string[] {
  return last_error === null || failures === 0 ? [] : [`    ${last_error}`];
}
