/** What a daemon counts. Names follow the Prometheus conventions. */
import type { Metrics } from "../../../base/metrics.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { SyncEvent } from "../../../sync/events.ts";
import { LinkError } from "../../../sync/ports.ts";
import type { SyncSession } from "../../session/session.ts";

/** What is looked up when somebody asks. */
export interface DaemonGauges {
  /** The running session; `undefined` between two. */
  readonly session: () => SyncSession | undefined;
  /** Files of the shell hooks that wait to be taken in. */
  readonly spoolFiles: () => number;
}

/** Counts the events of a daemon; the result takes them. */
export function countDaemon(metrics: Metrics, gauges: DaemonGauges): (event: SyncEvent) => void {
  const received = metrics.counter("rr_entries_received_total", "Entries that came from peers.");
  const inserted = metrics.counter("rr_entries_inserted_total", "Of those, entries that were new.");
  const rejected = metrics.counter(
    "rr_entries_rejected_total",
    "Of those, entries that broke a rule.",
  );
  const pushed = metrics.counter("rr_entries_pushed_total", "Own entries that peers have taken.");
  const rounds = metrics.counter("rr_rounds_total", "Rounds that have ended.");
  const failures = metrics.counter("rr_failures_total", "What failed, by step and cause.");
  collectGauges(metrics, gauges);
  return (event) => {
    switch (event.type) {
      case "pulled":
      case "pull-failed":
        received.add(event.totals.received);
        inserted.add(event.totals.inserted);
        rejected.add(event.totals.rejected);
        if (event.type === "pull-failed") failures.add(1, labels("pull", event.error));
        break;
      case "pushed":
      case "push-failed":
        pushed.add(event.totals.sent);
        if (event.type === "push-failed") failures.add(1, labels("push", event.error));
        break;
      case "directory-failed":
        failures.add(1, labels("tracker", event.error));
        break;
      case "round-done":
        rounds.add();
    }
  };
}

function labels(step: string, error: Error): Record<string, string> {
  const cause = error instanceof LinkError || error instanceof RrError ? error.code : "other";
  return { step, cause };
}

function collectGauges(metrics: Metrics, { session, spoolFiles }: DaemonGauges): void {
  const peers = metrics.gauge("rr_peers", "Known peers by how they are connected.");
  const spool = metrics.gauge("rr_spool_files", "Files of shell hooks that wait to be taken in.");
  const bytes = metrics.gauge("rr_bytes", "Bytes over the network since the session began.");
  const items = metrics.gauge(
    "rr_items",
    "Entries and deletions that came by protocol 2 since the session began, and those that were new.",
  );
  const reserved = metrics.gauge("rr_relay_reservations", "Relays that take connections for us.");
  metrics.onCollect(() => {
    const all = session()?.engine.peers() ?? [];
    for (const route of ["direct", "relayed", "none"]) {
      const count = all.filter((peer) => (peer.route ?? "none") === route).length;
      peers.set(count, { route });
    }
    const { received, sent } = session()?.node.traffic() ?? { received: 0, sent: 0 };
    bytes.set(received, { direction: "received" });
    bytes.set(sent, { direction: "sent" });
    const came = session()?.replication?.totals ?? { received: 0, gained: 0 };
    items.set(came.received, { kind: "received" });
    items.set(came.gained, { kind: "new" });
    spool.set(spoolFiles());
    reserved.set(session()?.node.reservations().length ?? 0);
  });
}
