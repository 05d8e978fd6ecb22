/** What the machine tells, for the log. */
import type { Logger } from "../../base/log.ts";
import type { Note } from "../../named/effects.ts";
import type { Standing } from "./standing.ts";

/** Logs what a person may have to do something about; what was known of a peer is not said again. */
export function logNote(note: Note, logger: Logger, standing: Standing): void {
  if (note.type === "refused") {
    logger.warn("A peer broke protocol 2", { peer: note.peer, why: note.why });
  }
  if (note.type === "unlike" && !standing.hasRefused(note.peer)) {
    logger.warn("A device cannot be compared with, so it learns no deletions: rr doctor", {
      peer: note.peer,
      other: note.why,
    });
  }
  if (note.type === "contradiction") {
    logger.warn("Two equal histories differ: comparing them anew", {
      peer: note.peer,
      level: note.level,
    });
  }
}
