import { RrError } from "../../base/rr_error.ts";

/** The error for what only the hook can do, when it is the program that was asked. */
export function noHookHere(verb: "pause" | "resume"): RrError {
  return new RrError(
    "not-found",
    `Cannot ${verb} recording: the hook is not loaded in this shell`,
    {
      hint:
        "Only the hook records; see `rr hook --help`, or run `rr setup` and open a new terminal",
    },
  );
}
