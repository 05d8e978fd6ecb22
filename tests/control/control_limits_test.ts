/** How long, how much and how many the control socket takes. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { connect } from "node:net";
import { RrError } from "../../src/base/rr_error.ts";
import { callControl } from "../../src/control/client.ts";
import { readLines } from "../../src/control/connection.ts";
import { formatRequest } from "../../src/control/protocol.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { fails, open } from "./_control.ts";

Deno.test("serveControl() waits 5 s for a request, and as long as it takes for its answer", async () => {
  const clock = new FakeClock();
  const [asked, later] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  await using opened = await open({
    sync: () => {
      asked.resolve();
      return later.promise;
    },
  }, clock);
  const answer = callControl(opened.path, { verb: "sync" });
  await asked.promise;
  using slow = await Deno.connect({ transport: "unix", path: opened.path });
  await slow.write(new TextEncoder().encode("{"));
  await clock.untilSleeping(1);
  await clock.advance(5_000);
  // Reset, where what came was not read yet.
  assert.equal(await slow.read(new Uint8Array(1)).catch(() => null), null);
  later.resolve("done");
  assert.equal(await answer, "done");
});

Deno.test("serveControl() lets 64 in at once, and the next one when one has left", async () => {
  await using opened = await open({ status: () => Promise.resolve("here") });
  const there = await Promise.all(
    Array.from({ length: 64 }, () => Deno.connect({ transport: "unix", path: opened.path })),
  );
  await assert.rejects(callControl(opened.path, { verb: "status" }), RrError);
  there.pop()!.close();
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await callControl(opened.path, { verb: "status" }).catch(() => undefined);
    if (answer === "here") break;
    assert.ok(Date.now() < end, "nobody is let in any more");
  }
  for (const one of there) one.close();
});

Deno.test("readLines() takes no line that is too long, even if it comes with its end", async () => {
  await using opened = await open({ status: () => Promise.resolve("here") });
  const socket = connect(opened.path);
  try {
    socket.write(formatRequest({ verb: "status" }));
    const read = async (most: number): Promise<string[]> => {
      const lines: string[] = [];
      for await (const line of readLines(socket, most)) lines.push(line);
      return lines;
    };
    await assert.rejects(read(10), fails("invalid", /more than 10 bytes/));
  } finally {
    socket.destroy();
  }
});
