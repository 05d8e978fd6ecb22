/** What the tests of devices and of doctor share. */
import { openHistory } from "../../src/store/file/open_history.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";

export const PEER = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB" as PeerId;

export const NOW_UNIX = 1_700_000_000;

export function withPeers(world: FakeWorld): void {
  using history = openHistory(`${world.home}/.rustory/history.db`, world);
  const known = { addrs: ["/ip4/192.0.2.1/tcp/1"], userId: "ann", hostname: "desk-host" };
  history.peers.remember([
    { ...known, peer: PEER, deviceId: "desk", lastSeenUnix: NOW_UNIX - 30 },
  ]);
  history.log.appendPulled("http://old:1", [], { cursor: 7, lastId: undefined });
}

export function servePing(
  options: { date?: Date; after?: Promise<unknown> } = {},
): AsyncDisposable & { url: string } {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async () => {
    await options.after;
    const headers = options.date === undefined ? {} : { date: options.date.toUTCString() };
    return new Response("ok\n", { headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
