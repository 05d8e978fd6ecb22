/** The files of `service/`, which people copy by hand; written by `deno task service-files`. */
import { renderLaunchdPlist } from "./launchd_plist.ts";
import { seal } from "./marker.ts";
import { serverUnit } from "./server_units.ts";
import { execStart, systemdTemplate } from "./systemd_unit.ts";
import { DAEMON_ARGS, LAUNCHD_LABEL, memoryEnvironment, SYSTEMD_UNIT } from "./unit.ts";

/** What a person replaces by their own home folder; launchd knows no short form of it. */
const HOME_PLACEHOLDER = "/Users/YOU";

/** Name and text of every file. */
export async function shippedFiles(): Promise<ReadonlyMap<string, string>> {
  // "%h" is the home folder to systemd; it must not be escaped.
  const start = `%h/.local/bin/rr ${execStart(DAEMON_ARGS)}`;
  const agent = renderLaunchdPlist({
    program: { kind: "compiled", path: `${HOME_PLACEHOLDER}/.local/bin/rr` },
    args: DAEMON_ARGS,
    environment: memoryEnvironment("compiled"),
  }, HOME_PLACEHOLDER);
  return new Map([
    [SYSTEMD_UNIT, await seal(systemdTemplate(start))],
    [`${LAUNCHD_LABEL}.plist`, await seal(agent)],
    ["rustory-tracker.service", serverUnit("tracker")],
    ["rustory-relay.service", serverUnit("relay")],
    ["rustory-hub.service", serverUnit("hub")],
  ]);
}
