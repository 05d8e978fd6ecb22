/** The one sentence that a person wants to know first: whether all is in sync, and if not, what to do. */
import type { DaemonStatus } from "../../../app/daemon_status.ts";

type PeerView = DaemonStatus["peers"][number];

/** The sentence of a status, without a full stop. */
export function sentenceOf({ peers, problems = [], last_round_unix }: DaemonStatus): string {
  const [problem] = problems;
  if (problem !== undefined) return problem;
  if (peers.length === 0) return "No other device is known yet: `rr pair` brings one in";
  if (last_round_unix === null) return "The first round with the other devices is under way";
  const inSync = peers.filter(isInSync).length;
  const head = `In sync with ${inSync} of ${peers.length}`;
  const waiting = peers.filter(({ failures, pending_push }) => failures === 0 && pending_push > 0)
    .toSorted((a, b) => b.pending_push - a.pending_push)[0];
  if (waiting !== undefined) {
    return `${head}; ${nameOf(waiting)} still lacks ${
      grouped(waiting.pending_push)
    } commands of ours`;
  }
  const lost = peers.filter(({ failures }) => failures > 0);
  if (lost.length === 0) return head;
  const names = lost.slice(0, MOST_NAMED).map(nameOf).join(", ");
  const more = lost.length > MOST_NAMED ? " and others" : "";
  return `${head}; not reached: ${names}${more} (switched off? if not, \`rr doctor\`)`;
}

const MOST_NAMED = 3;

function isInSync({ failures, last_sync_unix, pending_push }: PeerView): boolean {
  return failures === 0 && last_sync_unix !== null && pending_push === 0;
}

function nameOf({ device_id, hostname, peer_id }: PeerView): string {
  return device_id ?? hostname ?? peer_id;
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
