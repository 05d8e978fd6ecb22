/** The fakes keep the contracts that the real things keep. */
import { testDirectory } from "../contracts/directory.ts";
import { testPeerLink } from "../contracts/peer_link.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryDirectory } from "../fakes/memory_directory.ts";
import { MemoryLink } from "../fakes/memory_link.ts";
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
