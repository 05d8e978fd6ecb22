/** What every {@linkcode PeerLink} must do; the fake and the real one both run it. */
import assert from "node:assert/strict";
import type { Entry } from "../../src/history/entry.ts";
import {
  LinkError,
  type LinkErrorCode,
  type PeerLink,
  type PeerService,
} from "../../src/sync/ports.ts";
import type { PullRequest, RejectedEntry } from "../../src/swarm/messages.ts";
import { makeEntries, makeEntry } from "../fakes/entries.ts";

/** A link and what stands behind it. */
export interface LinkPair extends AsyncDisposable {
  /** The asking end. */
  readonly near: PeerLink;
  /** Ends the connection from the far side without a farewell. */
  cut(): void | Promise<void>;
  /** Winds the clock of the near end, where it is one that has to be wound. */
  passTime?(ms: number): Promise<void>;
}

/** How the tests are registered. */
export interface SuiteOptions {
  /** Real nodes leave timers of libp2p behind. @default {true} */
  readonly sanitize?: boolean;
}

/** Registers the suite; `open` connects to a node that answers with `service`. */
export function testPeerLink(
  name: string,
  open: (service: PeerService) => Promise<LinkPair>,
  options: SuiteOptions = {},
): void {
  const sanitize = options.sanitize ?? true;
  const test = (what: string, fn: () => Promise<void>): void =>
    Deno.test({
      name: `${name}: ${what}`,
      fn,
      sanitizeOps: sanitize,
      sanitizeResources: sanitize,
    });

  test("pull() passes the request on and gives the entries back", async () => {
    const entries = [
      makeEntry({ command: "echo 'für dich'\n\tcat <<EOF\n\u0001 \u{1f41a}\nEOF" }),
      makeEntry({ exitCode: -1, durationMs: 2 ** 40, startedAtMs: -1000 }),
    ];
    const service = new ScriptedService({ entries, nextCursor: 17 });
    await using pair = await open(service);
    const reply = await pair.near.pull({ cursor: 5, limit: 100 });
    assert.deepEqual(service.pulls, [{ cursor: 5, limit: 100 }]);
    assert.deepEqual(reply.entries, entries);
    assert.equal(reply.nextCursor, 17);
    assert.equal(reply.firstId, entries[0]!.id);
    assert.equal(reply.lastId, entries[1]!.id);
    assert.deepEqual(reply.rejected ?? [], []);
  });

  test("pull() gives an empty answer as one", async () => {
    await using pair = await open(new ScriptedService({ entries: [], nextCursor: null }));
    const reply = await pair.near.pull({ cursor: 0, limit: 1 });
    assert.deepEqual(reply.entries, []);
    assert.equal(reply.nextCursor, null);
    assert.equal(reply.firstId, undefined);
  });

  test("pull() brings an answer of several megabytes whole", async () => {
    const entries = makeEntries(60).map((entry) => ({
      ...entry,
      command: `${entry.id} `.repeat(2_000),
    }));
    await using pair = await open(new ScriptedService({ entries, nextCursor: 60 }));
    const reply = await pair.near.pull({ cursor: 0, limit: 60 });
    assert.deepEqual(reply.entries, entries);
  });

  test("push() hands the entries to the peer and gives its counts back", async () => {
    const service = new ScriptedService();
    await using pair = await open(service);
    const entries = makeEntries(3);
    const reply = await pair.near.push(entries);
    assert.deepEqual(service.pushes, [{ entries, rejected: [] }]);
    assert.deepEqual(reply, { ok: true, inserted: 3, ignored: 0 });
  });

  test("push() gives a refusal back as an answer", async () => {
    const service = new ScriptedService();
    service.push = () => Promise.resolve({ ok: false, inserted: null, ignored: null });
    await using pair = await open(service);
    assert.equal((await pair.near.push(makeEntries(1))).ok, false);
  });

  test("push() of more than a message can hold is too-large, and the link goes on", async () => {
    await using pair = await open(new ScriptedService());
    const huge = makeEntries(66).map((entry) => ({ ...entry, command: "x".repeat(1 << 20) }));
    await assert.rejects(pair.near.push(huge), hasCode("too-large"));
    assert.equal((await pair.near.push(makeEntries(1))).ok, true);
  });

  test("requests run at the same time without mixing", async () => {
    const service = new ScriptedService();
    service.pull = ({ cursor }) =>
      Promise.resolve({
        entries: [makeEntry({ command: `after ${cursor}` })],
        nextCursor: cursor + 1,
      });
    await using pair = await open(service);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, cursor) => pair.near.pull({ cursor, limit: 1 })),
    );
    assert.deepEqual(
      replies.map((reply) => reply.entries[0]!.command),
      Array.from({ length: 20 }, (_, cursor) => `after ${cursor}`),
    );
  });

  test("a peer that fails to answer is closed, and the link goes on", async () => {
    const service = new ScriptedService({ entries: [], nextCursor: null });
    const answer = service.pull;
    service.pull = () => Promise.reject(new Error("database is gone"));
    await using pair = await open(service);
    await assert.rejects(pair.near.pull({ cursor: 0, limit: 1 }), hasCode("closed", "invalid"));
    service.pull = answer;
    assert.equal((await pair.near.pull({ cursor: 0, limit: 1 })).nextCursor, null);
  });

  test("pull() rejects with the signal's reason, before and during the wait", async () => {
    const { service, asked } = silentService();
    await using pair = await open(service);
    const reason = new Error("bye");
    const request = { cursor: 0, limit: 1 };
    await assert.rejects(pair.near.pull(request, { signal: AbortSignal.abort(reason) }), reason);
    const stop = new AbortController();
    const waiting = pair.near.pull(request, { signal: stop.signal });
    await asked;
    stop.abort(reason);
    await assert.rejects(waiting, reason);
  });

  test("a peer that goes away during a request is closed, and so is the link", async () => {
    const { service, asked } = silentService();
    await using pair = await open(service);
    const waiting = assert.rejects(pair.near.pull({ cursor: 0, limit: 1 }), hasCode("closed"));
    await asked;
    await pair.cut();
    await waiting;
    await untilAborted(pair.near.closed);
    await assert.rejects(pair.near.pull({ cursor: 0, limit: 1 }), hasCode("closed", "unreachable"));
  });

  test("a peer that says nothing is a timeout", async () => {
    const { service, asked } = silentService();
    await using pair = await open(service);
    const waiting = assert.rejects(
      pair.near.pull({ cursor: 0, limit: 1 }, { idleTimeoutMs: 100 }),
      hasCode("timeout"),
    );
    // On a busy machine the time may be over before the request is there.
    await Promise.race([asked, waiting]);
    await pair.passTime?.(100);
    await waiting;
  });

  test("close() ends the link, twice is harmless", async () => {
    await using pair = await open(new ScriptedService());
    assert.equal(pair.near.closed.aborted, false);
    await pair.near.close();
    await pair.near.close();
    await untilAborted(pair.near.closed);
    await assert.rejects(pair.near.push(makeEntries(1)), hasCode("closed", "unreachable"));
  });
}

/** Answers as told and keeps what it was asked. */
export class ScriptedService implements PeerService {
  readonly pulls: PullRequest[] = [];
  readonly pushes: { entries: readonly Entry[]; rejected: readonly RejectedEntry[] }[] = [];
  pull: PeerService["pull"];
  push: PeerService["push"];

  constructor(reply: Awaited<ReturnType<PeerService["pull"]>> = { entries: [], nextCursor: null }) {
    this.pull = (request) => {
      this.pulls.push(request);
      return Promise.resolve(reply);
    };
    this.push = (entries, rejected) => {
      this.pushes.push({ entries, rejected });
      return Promise.resolve({ ok: true, inserted: entries.length, ignored: rejected.length });
    };
  }
}

/** Takes a request, and says nothing. */
function silentService(): { service: ScriptedService; asked: Promise<void> } {
  const service = new ScriptedService();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  service.pull = () => {
    resolve();
    return new Promise(() => {});
  };
  return { service, asked };
}

function hasCode(...codes: LinkErrorCode[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof LinkError, `expected a LinkError, got ${error}`);
    assert.ok(codes.includes(error.code), `expected ${codes.join(" or ")}, got ${error.code}`);
    return true;
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
