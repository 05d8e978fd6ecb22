/** What a prune leaves for peers that compare by protocol 2. */
import assert from "node:assert/strict";
import type { DeviceId, Entry, EntryId } from "../../../src/history/entry.ts";
import type { History } from "../../../src/store/file/open_history.ts";
import { openSet } from "../../../src/store/set/open_set.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";
import { generateEntries } from "../../fakes/history_generator.ts";
import { open } from "../_open.ts";

const WEEK = 604_800;
const NOW_WEEK = 2_850;
const NOW = NOW_WEEK * WEEK;
const OWN = "laptop" as DeviceId;

/** One entry a week, the oldest first: entry `i` is of week `NOW_WEEK - count + i`. */
function weekly(count: number, deviceId: DeviceId = OWN): Entry[] {
  return generateEntries(count, { seed: 5 }).map((entry, i) => ({
    ...entry,
    id: `${deviceId}-${i}` as EntryId,
    deviceId,
    startedAtMs: (NOW + (i - count) * WEEK + 1_000) * 1000,
  }));
}

/** Weeks, counted back from now, of what is there. */
function weeksOf(history: History): number[] {
  const { entries } = history.log.entriesAfter(0, { entries: 1_000, bytes: 1e9 });
  return entries.map((entry) => NOW_WEEK - Math.floor(entry.startedAtMs / 1000 / WEEK)).sort();
}

/** A history in which a peer is known that was equal when the newest number was `seq`. */
function equalAt(history: History, seq: number, floor = 0): void {
  const peer = "desk" as PeerId;
  const facts = { addrs: [], deviceId: undefined, userId: undefined, hostname: undefined };
  history.peers.remember([{ ...facts, peer, lastSeenUnix: NOW }]);
  const name = `${"n".repeat(20)}${String(seq).padStart(2, "0")}`;
  openSet(history).saveBase({ name, floor, seq }, [peer]);
}

function prune(history: History, beforeUnix = NOW): { deleted: number; keptForPeers: number } {
  const { deleted, keptForPeers } = history.removal.prune({
    beforeUnix,
    deviceId: OWN,
    nowUnix: NOW,
  });
  return { deleted, keptForPeers };
}

Deno.test("prune() goes on comparing the weeks of which a peer lacks something", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  history.log.append([...weekly(6), ...weekly(6, "desk" as DeviceId)]);
  equalAt(history, 3);
  assert.deepEqual(prune(history), { deleted: 6, keptForPeers: 6 });
  assert.deepEqual(weeksOf(history), [1, 1, 2, 2, 3, 3]);
  assert.equal(openSet(history).floor, NOW_WEEK - 3, "so the peer still gets them");
  equalAt(history, 12);
  assert.deepEqual(prune(history), { deleted: 6, keptForPeers: 0 });
  assert.equal(openSet(history).floor, NOW_WEEK);
});

Deno.test("prune() deletes nothing that was below the floor when a peer was found to be equal", () => {
  using history = open(":memory:", { nowMs: NOW * 1000 });
  history.log.append(weekly(6));
  equalAt(history, 6);
  prune(history, NOW - 3 * WEEK);
  const [old] = weekly(6);
  history.log.append([{ ...old!, id: "imported" as EntryId }]);
  equalAt(history, 7, openSet(history).floor);
  assert.deepEqual(prune(history, NOW - 2 * WEEK), { deleted: 1, keptForPeers: 1 });
  assert.equal(openSet(history).floor, NOW_WEEK - 2, "what is below already does not hold it back");
  assert.deepEqual(weeksOf(history), [1, 2, 6]);
  history.log.advancePushCursor("desk", 7);
  assert.deepEqual(prune(history, NOW - 2 * WEEK), { deleted: 1, keptForPeers: 0 });
});
