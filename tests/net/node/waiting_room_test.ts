import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { WaitingRoom } from "../../../src/net/node/waiting_room.ts";
import { nodeTest, until } from "../_lab.ts";

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

nodeTest("a stranger that says nothing makes room when others come", async (lab) => {
  const server = await lab.server(undefined, { handshakeMs: 600_000 });
  const port = Number(/tcp\/(\d+)/.exec(server.addresses()[0]!)![1]);
  const strangers: Socket[] = [];
  const stranger = (): Promise<Socket> => {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const socket = connect({ host: "127.0.0.1", port });
    strangers.push(socket.on("error", () => {}).once("connect", () => resolve(socket)));
    return promise;
  };
  const first = await stranger();
  let isGone = false;
  first.once("close", () => isGone = true).resume();
  for (let i = 0; i < 50; i++) await stranger();
  assert.equal(isGone, false, "there is room for some");
  for (let i = 0; i < 60; i++) await stranger();
  await until(() => isGone, "the one that waits longest is sent away");
  for (const socket of strangers) socket.destroy();
});
