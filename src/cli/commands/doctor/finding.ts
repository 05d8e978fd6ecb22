/** What a check of `rr doctor` is given and what it tells. */
import type { World } from "../../../base/world.ts";
import type { Settings } from "../../../config/settings.ts";
import type { DaemonState } from "./daemon.ts";
import type { OriginalReport } from "./original_report.ts";
import type { TrackerState } from "../../machine/tracker_state.ts";

/**
 * How bad a finding is. `warn` and `error` make the exit code 1: something should be put right.
 * `info` is for what a person may have wanted so.
 */
export type FindingLevel = "ok" | "info" | "warn" | "error";

/** One thing a check found. */
export interface Finding {
  readonly level: FindingLevel;
  /** One sentence without a full stop; never command text or a secret. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** What all checks share. */
export interface DoctorContext {
  readonly world: World;
  /** Loaded leniently: what is wrong with them is in `problems`. */
  readonly settings: Settings;
  /** What the original's report says, with keys looked at once; the trackers are asked meanwhile. */
  readonly report: Omit<OriginalReport, "trackers">;
  /** Asked once for all; never rejects. Nobody waits for them who needs no answer of theirs. */
  readonly trackers: Promise<readonly TrackerState[]>;
  readonly daemon: DaemonState;
}

/** One check; a new one is a file here and a row in checks.ts. */
export interface Check {
  /** Names the check in the output. */
  readonly name: string;
  /** Changes nothing; what it throws becomes a finding. */
  run(context: DoctorContext): readonly Finding[] | Promise<readonly Finding[]>;
}
