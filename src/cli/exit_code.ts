import { RrError } from "../base/rr_error.ts";

/** What `rr` ends with; scripts and unit files rely on these. */
export const ExitCode = {
  /** Done, or nothing to do. */
  OK: 0,
  /** A runtime error, printed as `error: ...`; `search`: nothing matches; `doctor`: a finding. */
  FAILURE: 1,
  /** The command line is not valid. */
  USAGE: 2,
  /** Another process holds what is needed (`EX_TEMPFAIL`): a supervisor should not try again at once. */
  BUSY: 75,
} as const;

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  return error instanceof RrError && error.code === "usage" ? ExitCode.USAGE : ExitCode.FAILURE;
}
