/** What docs/devices.md shows of `rr status` is what `rr status` says. */
import assert from "node:assert/strict";
import type { IncidentView, PeerView } from "../../src/app/daemon/status/daemon_status.ts";
import { sentenceOf } from "../../src/cli/commands/status/sentence.ts";
import { localTime } from "../../src/base/local_time.ts";
import { incidentSentence } from "../../src/cli/print/incident_text.ts";
import { peerView } from "../fakes/peer_view.ts";
import { fragmentsOf } from "./_fragments.ts";

/** What is so where a sentence of the page is said. */
const SITUATIONS: readonly (readonly Partial<PeerView>[])[] = [
  [{}, {}],
  [{ device_id: "desktop", route: "direct", behind: 14_200, arrived: 9_467 }],
  [{ device_id: "desktop", route: "relayed", ahead: 1_200, given: 1_800 }],
  [{}, { device_id: "tablet", ahead: 310 }],
  [{}, { device_id: "tablet", failures: 1 }],
];

const BLOCKS = fragmentsOf("docs/devices.md").filter(({ kind }) => kind === "block")
  .map(({ text }) => text).filter((text) => !text.startsWith("rr "));

Deno.test("the sentences of docs/devices.md are those of rr status", () => {
  const said = SITUATIONS.map((peers) =>
    sentenceOf({ peers: peers.map(peerView), last_round_unix: 1 })
  );
  assert.deepEqual(BLOCKS.slice(0, said.length), said);
});

Deno.test("what docs/devices.md says to have happened is said so by rr status", () => {
  const incident: IncidentView = {
    kind: "returned",
    at_unix: seconds("2026-05-01T10:02:00"),
    healed_unix: seconds("2026-05-01T10:03:00"),
    count: 1_240,
    name: "",
    peer_id: "",
  };
  const minute = (unix: number): string =>
    localTime(unix * 1000).slice(0, "2026-01-31 12:00".length);
  const said = `happened ${incidentSentence(incident, minute)}`;
  const shown = BLOCKS.slice(SITUATIONS.length).join(" ").replaceAll(/\s+/g, " ");
  assert.equal(shown, said);
});

/** Of a local time. */
function seconds(text: string): number {
  return new Date(text).getTime() / 1000;
}
