/** What `rr service` prints about the service. */
import type { ServiceManager, ServiceState } from "../../../service/manager.ts";
import type { Authorship } from "../../../service/marker.ts";
import { EXIT_LOCKED, EXIT_USAGE } from "../../../service/unit.ts";

/** Lines of `rr service status`. */
export function statusLines(
  manager: ServiceManager,
  state: ServiceState,
  unit: Authorship,
): readonly string[] {
  const lines = [`service: ${stateLine(state)} (${manager.title})`];
  if (state.detail !== undefined) lines.push(`daemon: ${state.detail}`);
  if (state.restarts !== undefined && state.restarts > 0) {
    lines.push(`restarts: ${state.restarts}`);
  }
  lines.push(`starts at login: ${state.startsAtLogin ? "yes" : "no"}`);
  lines.push(`unit: ${manager.unitPath} (${UNIT[unit]})`);
  const why = explain(state);
  if (why !== undefined) lines.push(`why: ${why}`);
  return lines;
}

const UNIT: Readonly<Record<Authorship, string>> = {
  absent: "missing",
  ours: "as rr wrote it",
  edited: "edited",
};

/** The phase with what is known of it: `running, pid 77, since ...`. */
export function stateLine(state: ServiceState): string {
  const parts: string[] = [state.phase === "not-loaded" ? "not installed" : state.phase];
  if (state.pid !== undefined) parts.push(`pid ${state.pid}`);
  if (state.since !== undefined) parts.push(`since ${state.since}`);
  return parts.join(", ");
}

/** How systemd says that it could not start a program. */
const EXIT_EXEC = 203;

/** Why the service is down, as far as its manager knows, and what to do about it. */
export function explain(state: ServiceState): string | undefined {
  if (state.phase !== "failed" && state.phase !== "restarting") return undefined;
  if (state.lastExit === EXIT_LOCKED) {
    return "another rr daemon has this database; stop that one, then run `rr service start`";
  }
  if (state.lastExit === EXIT_USAGE) {
    return "this rr does not understand the command line of the unit; run `rr service install`";
  }
  if (state.lastExit === EXIT_EXEC) {
    return "the program of the unit is not there, or cannot be run; run `rr service install`";
  }
  switch (state.reason) {
    case "watchdog":
      return "it gave no sign of life and was killed; see `rr service logs`";
    case "timeout":
      return "it was not ready in time and was killed; see `rr service logs`";
    default:
      return `it ended with exit code ${state.lastExit ?? "unknown"}; see \`rr service logs\``;
  }
}

/** `rr service status --json`. */
export function statusJson(
  manager: ServiceManager,
  state: ServiceState,
  unit: Authorship,
): Readonly<Record<string, unknown>> {
  return {
    manager: manager.kind,
    unit_path: manager.unitPath,
    unit,
    phase: state.phase,
    pid: state.pid ?? null,
    since: state.since ?? null,
    detail: state.detail ?? null,
    starts_at_login: state.startsAtLogin,
    restarts: state.restarts ?? null,
    last_exit: state.lastExit ?? null,
    reason: state.reason ?? null,
  };
}
