/** The line to a host that was found outlives the search for it. */
import assert from "node:assert/strict";
import { callHost } from "../../../src/app/pairing/tcp.ts";
import { systemClock } from "../../../src/base/clock.ts";

const NUMBER = 7;
const HELLO = Uint8Array.of(1, 2, 3);
const REPLY = Uint8Array.of(4, 5);

Deno.test("callHost() gives a line that stays when the search that found it has ended", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const search = new AbortController();
  const host = (async (): Promise<Uint8Array> => {
    using connection = await listener.accept();
    await read(connection, `rustory-pair ${NUMBER}\n`.length);
    await connection.write(frame(HELLO));
    return await read(connection, frame(REPLY).length);
  })();
  const clock = systemClock();
  const line = await callHost("127.0.0.1", listener.addr.port, NUMBER, { clock }, search.signal);
  assert.deepEqual([...line.hello], [...HELLO]);
  search.abort(new Error("eight seconds are over, the person is still asked"));
  await line.send("reply", REPLY);
  assert.deepEqual([...await host], [...frame(REPLY)]);
  await assert.rejects(line.offer(new AbortController().signal), /hung up/);
});

function frame(message: Uint8Array): Uint8Array {
  return Uint8Array.of(0, message.length, ...message);
}

async function read(connection: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const more = await connection.read(bytes.subarray(at));
    if (more === null) return bytes.subarray(0, at);
    at += more;
  }
  return bytes;
}
