/** Writes down what happened to histories, as the engine and protocol 2 find it. */
import { causeChain, RrError } from "../../../base/rr_error.ts";
import type { Logger } from "../../../base/log.ts";
import type { Note } from "../../../named/effects.ts";
import type { Incident, IncidentKind, Incidents } from "../../../store/log/incidents.ts";
import type { SyncEvent } from "../../../sync/events.ts";
import { type Namesake, namesakeName } from "../../session/namesakes.ts";

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
  /** The name of this machine. */
  readonly hostname: string;
  /** Other machines that are there and record under our name. */
  readonly namesakes: () => readonly Namesake[];
  /** What people call a peer. */
  readonly nameOf: (peer: string) => string;
  /** Whether a peer is compared with by protocol 2, which tells when the two are equal. */
  readonly compares: (peer: string) => boolean;
}

/** What being equal does not mend. */
const LASTING: readonly IncidentKind[] = ["cloned", "namesake"];

/** Turns events and notes into incidents. What cannot be written is passed over: it is for people only. */
export class IncidentWatch {
  readonly #deps: IncidentWatchDeps;
  /** Namesakes that were told of. */
  readonly #told = new Set<string>();

  /** Watches one session. */
  constructor(deps: IncidentWatchDeps) {
    this.#deps = deps;
    // A copied identity that has been replaced since is one no more.
    this.#try(() => deps.incidents.heal((one) => one.kind === "cloned" && one.peer !== deps.self));
    // So is a namesake once this device records under another name.
    this.#try(() =>
      deps.incidents.heal((one) => one.kind === "namesake" && one.name !== deps.deviceId)
    );
  }

  /** Takes an event of the engine. */
  observe(event: SyncEvent): void {
    if (event.type === "pulled" || event.type === "round-done") this.#lookForNamesakes();
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
    if (note.type === "equal") {
      this.#lookForNamesakes();
      return this.#heal(note.peer);
    }
    if (note.type === "contradiction") {
      return this.#add({ kind: "contradiction", peer: note.peer });
    }
    if (note.type !== "received") return;
    const { deviceId, incidents } = this.#deps;
    const since = this.#try(() => incidents.prunedBefore()) ?? 0;
    const own = [...note.gained].filter((gained) =>
      !gained.dead && gained.deviceId === deviceId && gained.ts >= since
    );
    if (own.length > 0) this.#add({ kind: "returned", count: own.length });
    this.#lookForNamesakes();
  }

  /**
   * Where another machine records under our name, its commands look like our own that come back: what
   * was just told as a loss was none. Its name may be learnt after its commands.
   */
  #lookForNamesakes(): void {
    const { deviceId, hostname, incidents, logger, namesakes } = this.#deps;
    for (const namesake of namesakes()) {
      const { peer } = namesake;
      this.#try(() => incidents.retell("returned", { kind: "namesake", peer, name: deviceId }));
      if (this.#told.has(peer)) continue;
      this.#told.add(peer);
      logger.warn(
        "Another machine records under the name of this one, so its commands count as this one's: " +
          "on one of the two, say `rr config set device_id <name>`",
        { device_id: deviceId, other: namesakeName(namesake, hostname) },
      );
    }
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
        !LASTING.includes(one.kind) && (one.kind !== "peer-replaced" || one.peer === peer)
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
