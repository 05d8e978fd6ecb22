/** The service as a launchd user agent. */
import { MARKER_SLOT } from "./marker.ts";
import { commandLine } from "./program.ts";
import {
  LAUNCHD_LABEL,
  LAUNCHD_THROTTLE_SEC,
  requireUnitText,
  STOP_TIMEOUT_SEC,
  type UnitSpec,
} from "./unit.ts";

/**
 * Text between two XML tags.
 *
 * @throws {RrError} code `invalid` for what XML 1.0 cannot hold
 */
export function xmlText(text: string): string {
  return requireUnitText(text, `"${text.slice(0, 100)}"`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** Where the agent's output goes; not /tmp, which macOS clears and other users can read. */
export function launchdLogFolder(home: string): string {
  return `${home}/Library/Logs/rustory`;
}

/** The log file of the agent. */
export function launchdLogFile(home: string): string {
  return `${launchdLogFolder(home)}/p2p-sync.log`;
}

/** The agent of `spec` for the person whose home is `home`, with an unfilled marker. */
export function renderLaunchdPlist(spec: UnitSpec, home: string): string {
  const words = commandLine(spec.program, spec.args);
  const log = xmlText(launchdLogFile(home));
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- rustory: keeps the shell history of this device in sync with your other devices.
     ${MARKER_SLOT}
     "rr service install" replaces this file only as long as nobody else has changed it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LAUNCHD_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xmlText(word)}</string>\n`).join("")}  </array>
${environmentDict(spec.environment)}  <!-- At every login, and again whenever it ends. -->
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>${LAUNCHD_THROTTLE_SEC}</integer>
  <!-- Seconds from SIGTERM to SIGKILL; it needs less than one. -->
  <key>ExitTimeOut</key>
  <integer>${STOP_TIMEOUT_SEC}</integer>
  <!-- 0077: files it creates are for you alone. -->
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>${log}</string>
  <key>StandardErrorPath</key>
  <string>${log}</string>
</dict>
</plist>
`;
}

function environmentDict(environment: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(environment);
  if (pairs.length === 0) return "";
  const lines = pairs.map(([name, value]) =>
    `    <key>${xmlText(name)}</key>\n    <string>${xmlText(value)}</string>\n`
  );
  return `  <key>EnvironmentVariables</key>\n  <dict>\n${lines.join("")}  </dict>\n`;
}
