/** What happened to a history, in words: for `rr status` and `rr doctor`. */
import { counted } from "../../base/grouped.ts";
import type { IncidentView } from "../../app/daemon/status/daemon_status.ts";

/** One sentence without a full stop. `when` tells a time in unix seconds to a person. */
export function incidentSentence(
  incident: IncidentView,
  when: (unix: number) => string,
): string {
  const { at_unix, healed_unix, kind } = incident;
  const healed = healed_unix === null
    ? stillOpen(incident)
    : `; ${kind === "namesake" ? "apart" : "whole again"} since ${when(healed_unix)}`;
  return `${when(at_unix)}: ${happened(incident)}${healed}`;
}

function happened({ kind, count, name, peer_id }: IncidentView): string {
  switch (kind) {
    case "file-lost":
      return `the history file of this device ${name} while the daemon ran; it was opened anew`;
    case "returned":
      // Who was given an address by hand is known without a name.
      return `the others had ${commands(count)} of this device that it had not: it had lost them ` +
        "and has them back (a history made anew, restored, rolled back or copied), or another " +
        "machine has its device_id";
    case "peer-replaced":
      return `the history of ${name} is another one than before (made anew or restored), so it ` +
        "was compared from the start";
    case "cloned":
      return `another machine (${name}) worked with a copy of this device's identity`;
    case "namesake":
      return `another machine (${peer_id}) records as "${name}" like this one, so ${
        commands(count)
      } of it ${count === 1 ? "looks" : "look"} like this one's`;
    case "contradiction":
      return `this history and that of ${name} should have been equal and were not (a file edited ` +
        "or copied), so they were compared anew, entry by entry";
    default:
      return "something that only a newer rr can tell";
  }
}

function stillOpen({ kind }: IncidentView): string {
  switch (kind) {
    case "cloned":
      return "; on one of the two, say `rr init --new-identity`";
    case "namesake":
      return "; on one of the two, say `rr config set device_id <name>`";
    default:
      return "; not yet seen equal with another device since";
  }
}

function commands(count: number): string {
  return counted(count, "command");
}
