import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { WaitingRoom } from "../../../src/net/node/waiting_room.ts";
import { nodeTest, recordOf, until } from "../_lab.ts";

class Waiter {
  readonly handshake = Promise.withResolvers<void>();
  readonly remoteAddr: never;
  isGone = false;

  constructor(room: WaitingRoom, host: string, port: number) {
    this.remoteAddr = `/ip4/${host}/tcp/${port}` as never;
    room.admit(this, () => this.handshake.promise).catch(() => {});
  }

  abort(): void {
    this.isGone = true;
  }
}

Deno.test("a full waiting room sends away who waits longest of the host that has most", async () => {
  const room = new WaitingRoom(4);
  const first = new Waiter(room, "192.0.2.1", 1);
  const flood = [1, 2, 3].map((port) => new Waiter(room, "192.0.2.2", port));
  const next = new Waiter(room, "192.0.2.1", 2);
  assert.deepEqual(flood.map(({ isGone }) => isGone), [true, false, false]);
  flood[1]!.handshake.resolve();
  flood[2]!.handshake.reject(new Error("the connection is gone"));
  await flood[2]!.handshake.promise.catch(() => {});
  const more = [4, 5].map((port) => new Waiter(room, "192.0.2.2", port));
  assert.ok([first, next, ...more].every(({ isGone }) => !isGone), "there was room again");
  new Waiter(room, "192.0.2.3", 1);
  assert.ok(first.isGone, "of equals, the one that waits longest");
});

/** More than the node takes, none of which says a word; only Linux has these addresses from the start. */
const HOSTS = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
const OF_EACH = 90;

nodeTest("strangers that say nothing keep no peer out", async (lab) => {
  if (Deno.build.os !== "linux") return;
  const server = await lab.server();
  const port = Number(/tcp\/(\d+)/.exec(server.addresses()[0]!)![1]);
  const mute: Socket[] = [];
  let connected = 0;
  for (const localAddress of HOSTS) {
    for (let i = 0; i < OF_EACH; i++) {
      const socket = connect({ host: "127.0.0.1", port, localAddress });
      socket.on("error", () => {}).on("connect", () => void connected++);
      mute.push(socket);
    }
  }
  await until(() => connected === mute.length, "all strangers are connected");
  const peer = await lab.node({ listen: [] });
  await lab.dialer(peer).connect(recordOf(server, server.addresses()));
  for (const socket of mute) socket.destroy();
});
