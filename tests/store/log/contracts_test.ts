/** The store keeps the contracts that the engine's fakes keep. */
import type { DeviceId } from "../../../src/history/entry.ts";
import { testHistoryLog } from "../../contracts/history_log.ts";
import { NOW_UNIX, testPeerBook } from "../../contracts/peer_book.ts";
import { open } from "../_open.ts";

testHistoryLog("EntryLog", () => {
  const history = open(":memory:");
  const deviceId = "laptop" as DeviceId;
  return {
    log: history.log,
    prune: (beforeMs) =>
      void history.removal.prune({ beforeUnix: Math.floor(beforeMs / 1000), deviceId }),
    [Symbol.dispose]: () => history[Symbol.dispose](),
  };
});

testPeerBook("PeerStore", () => {
  const history = open(":memory:", { nowMs: NOW_UNIX * 1000 });
  return { book: history.peers, [Symbol.dispose]: () => history[Symbol.dispose]() };
});
