/** The fakes keep the contracts that the real things keep. */
import type { PeerRecord } from "../../src/swarm/peer.ts";
import { testDirectory } from "../contracts/directory.ts";
import { testDialer } from "../contracts/dialer.ts";
import { testHistoryLog } from "../contracts/history_log.ts";
import { testPeerBook } from "../contracts/peer_book.ts";
import { ScriptedService, testPeerLink } from "../contracts/peer_link.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryDirectory } from "../fakes/memory_directory.ts";
import { MemoryBook } from "../fakes/memory_book.ts";
import { MemoryHistory } from "../fakes/memory_history.ts";
import { MemoryDialer, MemoryLink } from "../fakes/memory_link.ts";
import { PEER_IDS } from "../contracts/directory.ts";

for (const compressed of [true, false]) {
  testPeerLink(`MemoryLink, compressed ${compressed}`, (service) => {
    const clock = new FakeClock();
    const near = new MemoryLink({ peer: PEER_IDS[0], service, clock, compressed });
    return Promise.resolve({
      near,
      cut: () => near.break(),
      passTime: (ms: number) => clock.advance(ms),
      [Symbol.asyncDispose]: () => near.close(),
    });
  });
}

testDirectory("MemoryDirectory", () => {
  const clock = new FakeClock();
  return Promise.resolve({
    directory: new MemoryDirectory(clock),
    expire: () => clock.advance(61_000),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

testHistoryLog("MemoryHistory", () => {
  const log = new MemoryHistory();
  return {
    log,
    prune: (beforeMs) => {
      log.remove((entry) => entry.startedAtMs < beforeMs);
      log.prunedBeforeMs = beforeMs;
    },
    [Symbol.dispose]: () => {},
  };
});

testPeerBook("MemoryBook", () => ({ book: new MemoryBook(), [Symbol.dispose]: () => {} }));

testDialer("MemoryDialer", () => {
  const clock = new FakeClock();
  const dialer = new MemoryDialer();
  const [there, gone] = PEER_IDS;
  const service = new ScriptedService();
  dialer.reach(there, () => new MemoryLink({ peer: there, service, clock }));
  const record = (peer: typeof there): PeerRecord => ({
    peer,
    addrs: [],
    deviceId: undefined,
    userId: undefined,
    hostname: undefined,
    lastSeenUnix: 0,
  });
  return Promise.resolve({
    dialer,
    there: record(there),
    gone: record(gone),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
