/** What happened to a history, in words: for `rr status` and `rr doctor`. */
import type { IncidentView } from "../app/daemon_status.ts";
import { grouped } from "./entry_format.ts";

/** One sentence without a full stop. `when` tells a time in unix seconds to a person. */
export function incidentSentence(
  incident: IncidentView,
  when: (unix: number) => string,
): string {
  const { at_unix, healed_unix } = incident;
  const healed = healed_unix === null
    ? stillOpen(incident)
    : `; whole again since ${when(healed_unix)}`;
  return `${when(at_unix)}: ${happened(incident)}${healed}`;
}

function happened({ kind, count, name }: IncidentView): string {
  switch (kind) {
    case "file-lost":
      return `the history file of this device ${name} while the daemon ran; it was opened anew`;
    case "returned":
      return `this device had lost ${commands(count)} of its own (a history made anew, restored, ` +
        "rolled back or copied), and got them back from the others";
    case "peer-replaced":
      return `the history of ${name} is another one than before (made anew or restored), so it ` +
        "was compared from the start";
    case "cloned":
      return `another machine (${name}) worked with a copy of this device's identity`;
    case "contradiction":
      return `this history and that of ${name} should have been equal and were not (a file edited ` +
        "or copied), so they were compared anew, entry by entry";
    default:
      return "something that only a newer rr can tell";
  }
}

function stillOpen({ kind }: IncidentView): string {
  return kind === "cloned"
    ? "; on one of the two, say `rr init --new-identity`"
    : "; not yet seen equal with another device since";
}

function commands(count: number): string {
  return count === 1 ? "one command" : `${grouped(count)} commands`;
}
