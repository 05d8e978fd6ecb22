/** The lines that the original prints, made of our events. */
import assert from "node:assert/strict";
import { logSyncEvent, nodeEventLog } from "../../../src/app/session/event_log.ts";
import { formatEvent } from "../../../src/process/log_text.ts";
import { createLogger } from "../../../src/base/log.ts";
import type { SyncEvent } from "../../../src/sync/events.ts";
import type { PeerId } from "../../../src/swarm/peer.ts";

const PEER = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB" as PeerId;
const PULLS = { received: 3, inserted: 2, ignored: 1, rejected: 0, skipped: 0 };
const PUSHES = { pending: true, sent: 5, inserted: 4, ignored: 1, skipped: 0 };

function linesOf(...events: SyncEvent[]): string[] {
  const lines: string[] = [];
  const logger = createLogger((...event) => lines.push(formatEvent(...event)));
  for (const event of events) logSyncEvent(event, logger);
  return lines;
}

Deno.test("logSyncEvent() prints the original's lines", () => {
  const error = new Error("Cannot ask", { cause: new Error("stream reset") });
  assert.deepEqual(
    linesOf(
      { type: "pulled", peer: PEER, route: "direct", totals: PULLS },
      { type: "pull-failed", peer: PEER, totals: PULLS, error },
      { type: "push-ack", peer: PEER, sent: 5, inserted: 4, ignored: 1 },
      { type: "pushed", peer: PEER, totals: PUSHES },
      { type: "push-failed", peer: PEER, totals: PUSHES, error },
      { type: "directory-failed", name: "http://tracker.example", error },
      { type: "start-jitter", ms: 7000 },
    ),
    [
      `p2p pull summary: ${PEER}: received=3 inserted=2 ignored=1`,
      `warn: p2p pull failed: ${PEER}: Cannot ask: stream reset`,
      "p2p push ack: inserted=4 ignored=1",
      `p2p push summary: ${PEER}: sent=5 inserted=4 ignored=1`,
      `warn: p2p push partial: ${PEER}: inserted=4 ignored=1`,
      `warn: p2p push failed: ${PEER}: Cannot ask: stream reset`,
      "warn: tracker list failed: http://tracker.example: Cannot ask: stream reset",
      "p2p-sync watch: start jitter=7s",
    ],
  );
});

Deno.test("logSyncEvent() says nothing where the original says nothing", () => {
  const nothing = { ...PULLS, received: 0, inserted: 0, ignored: 0 };
  assert.deepEqual(
    linesOf(
      { type: "pulled", peer: PEER, route: "direct", totals: nothing },
      { type: "push-ack", peer: PEER, sent: 5, inserted: 5, ignored: 0 },
      { type: "push-ack", peer: PEER, sent: 5, inserted: null, ignored: null },
      {
        type: "pushed",
        peer: PEER,
        totals: { ...PUSHES, inserted: undefined, ignored: undefined },
      },
    ),
    [],
  );
});

Deno.test("nodeEventLog() tells of a connection once per route", () => {
  const lines: string[] = [];
  const log = nodeEventLog(createLogger((...event) => lines.push(formatEvent(...event))));
  const connected = (route: "direct" | "relayed") => log({ type: "connected", peer: PEER, route });
  connected("relayed");
  connected("relayed");
  connected("direct");
  log({ type: "disconnected", peer: PEER });
  connected("direct");
  assert.deepEqual(lines, [
    `Connected: ${PEER}: route=relayed`,
    `Connected: ${PEER}: route=direct`,
    `Disconnected: ${PEER}`,
    `Connected: ${PEER}: route=direct`,
  ]);
});

Deno.test("formatEvent() escapes what could act on a terminal", () => {
  assert.ok(!formatEvent("info", "Hello", { device: "a\x1b[2Jb" }).includes("\x1b"));
});
