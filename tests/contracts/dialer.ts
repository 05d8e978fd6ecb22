/** What every {@linkcode Dialer} must do; the one over libp2p and the fake both run it. */
import assert from "node:assert/strict";
import type { PeerRecord } from "../../src/swarm/peer.ts";
import { type Dialer, LinkError } from "../../src/sync/ports.ts";

/** A dialer, a peer that answers and one that nobody can reach. */
export interface OpenDialer extends AsyncDisposable {
  readonly dialer: Dialer;
  readonly there: PeerRecord;
  readonly gone: PeerRecord;
}

/** Registers the suite. */
export function testDialer(
  name: string,
  open: () => Promise<OpenDialer>,
  options: { readonly sanitize?: boolean } = {},
): void {
  const { sanitize = true } = options;
  const test = (what: string, fn: (opened: OpenDialer) => Promise<void>): void =>
    Deno.test({
      name: `${name}: ${what}`,
      sanitizeOps: sanitize,
      sanitizeResources: sanitize,
      async fn(): Promise<void> {
        await using opened = await open();
        await fn(opened);
      },
    });

  test("connect() gives a link that answers", async ({ dialer, there }) => {
    const link = await dialer.connect(there);
    assert.equal(link.peer, there.peer);
    assert.equal((await link.pull({ cursor: 0, limit: 1 })).nextCursor, null);
  });

  test("connect() gives the open link again, and a new one when that is closed", async (opened) => {
    const { dialer, there } = opened;
    const first = await dialer.connect(there);
    assert.equal(await dialer.connect(there), first);
    await first.close();
    assert.equal(first.closed.aborted, true);
    const second = await dialer.connect(there);
    assert.notEqual(second, first);
    assert.equal((await second.pull({ cursor: 0, limit: 1 })).nextCursor, null);
  });

  test("connect() rejects with what was tried where nobody is", async ({ dialer, gone }) => {
    await assert.rejects(dialer.connect(gone), (error) => {
      assert.ok(error instanceof LinkError, String(error));
      assert.equal(error.code, "unreachable");
      assert.ok(error.message.includes(gone.peer), error.message);
      return true;
    });
  });

  test("connect() rejects with the signal's reason", async ({ dialer, there }) => {
    const signal = AbortSignal.abort(new Error("bye"));
    await assert.rejects(dialer.connect(there, signal), /bye/);
  });
}
