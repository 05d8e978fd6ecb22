/** Writes down what happened to histories, as the engine and protocol 2 find it. */
import { causeChain, RrError } from "../../base/rr_error.ts";
import type { Logger } from "../../base/log.ts";
import type { Note } from "../../named/effects.ts";
import type { Incident, Incidents } from "../../store/log/incidents.ts";
import type { SyncEvent } from "../../sync/events.ts";

/** What it needs. */
export interface IncidentWatchDeps {
  readonly incidents: Incidents;
  readonly logger: Logger;
  /** This device's PeerId. */
  readonly self: string;
  /** Fingerprint of the swarm key of the session. */
  readonly swarmKey: string;
  /** The name under which this device records. */
  readonly deviceId: string;
  /** What people call a peer. */
  readonly nameOf: (peer: string) => string;
  /** Whether a peer is compared with by protocol 2, which tells when the two are equal. */
  readonly compares: (peer: string) => boolean;
}

/** Turns events and notes into incidents. What cannot be written is passed over: it is for people only. */
export class IncidentWatch {
  readonly #deps: IncidentWatchDeps;

  /** Watches one session. */
  constructor(deps: IncidentWatchDeps) {
    this.#deps = deps;
    // A copied identity that has been replaced since is one no more.
    this.#try(() => deps.incidents.heal((one) => one.kind === "cloned" && one.peer !== deps.self));
  }

  /** Takes an event of the engine. */
  observe(event: SyncEvent): void {
    if (event.type === "log-replaced") {
      return this.#add({ kind: "peer-replaced", peer: event.peer });
    }
    if (event.type === "twin") {
      if (!event.isNew) return;
      const name = event.hostname ?? event.deviceId ?? event.addrs.join(" ");
      return this.#add({ kind: "cloned", peer: this.#deps.self, name });
    }
    if (event.type === "pulled" && !this.#deps.compares(event.peer)) this.#heal(event.peer);
  }

  /** Takes a note of protocol 2. */
  note(note: Note): void {
    if (note.type === "equal") return this.#heal(note.peer);
    if (note.type === "contradiction") {
      return this.#add({ kind: "contradiction", peer: note.peer });
    }
    if (note.type !== "received") return;
    const { deviceId, incidents } = this.#deps;
    const since = this.#try(() => incidents.prunedBefore()) ?? 0;
    const own = note.gained.filter(({ entry }) =>
      entry?.deviceId === deviceId && entry.startedAtMs / 1000 >= since
    );
    if (own.length > 0) this.#add({ kind: "returned", count: own.length });
  }

  #add(incident: Partial<Incident> & Pick<Incident, "kind">): void {
    const { incidents, nameOf } = this.#deps;
    const name = incident.peer === undefined ? "" : nameOf(incident.peer);
    this.#try(() => incidents.add({ name, ...incident }));
  }

  #heal(peer: string): void {
    this.#try(() => {
      this.#deps.incidents.noteSyncedKey(this.#deps.swarmKey);
      this.#deps.incidents.heal((one) =>
        one.kind !== "cloned" && (one.kind !== "peer-replaced" || one.peer === peer)
      );
    });
  }

  #try<T>(task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      if (!(error instanceof RrError)) throw error;
      this.#deps.logger.debug("Could not write down what happened", { error: causeChain(error) });
      return undefined;
    }
  }
}
