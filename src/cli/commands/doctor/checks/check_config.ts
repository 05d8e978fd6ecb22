import type { Check, DoctorContext, Finding } from "../finding.ts";

/** What is wrong in the config file and the environment. */
export const checkConfig: Check = { name: "config", run };

function run({ world, settings, report }: DoctorContext): Finding[] {
  const found: Finding[] = settings.problems.map(({ kind, message, hint }) => ({
    level: kind === "unknown-key" ? "warn" : "error",
    message,
    hint,
  }));
  const file = world.files.stat(settings.configPath);
  if (file?.size === 0) {
    found.push({
      level: "warn",
      message:
        "The config is empty, as a disk that was full or lost power leaves it: defaults are " +
        "in force",
      hint: `Restore ${settings.configPath}, or say \`rr init --force\``,
    });
  }
  const mode = file?.mode ?? 0o600;
  if ((mode & 0o077) !== 0 && settings.origins.trackerToken.source === "config") {
    found.push({
      level: "warn",
      message: `Others can read the config, which holds a tracker token (mode=${mode.toString(8)})`,
      hint: `chmod 600 ${settings.configPath}`,
    });
  }
  if (!report.record_ignore_regex.valid) {
    found.push({
      level: "error",
      message: `Nothing is recorded: ${report.record_ignore_regex.error}`,
      hint: `Correct ${settings.origins.recordIgnoreRegex.name}, or remove it`,
    });
  }
  if (report.relay_addr.error !== null) {
    found.push({
      level: "error",
      message: report.relay_addr.error,
      hint: `Correct ${settings.origins.relays.name}`,
    });
  }
  for (const section of [report.async_upload, report.auto_prune]) {
    const known = settings.problems.some(({ message }) => message === section.error);
    if (section.error !== null && !known) found.push({ level: "error", message: section.error });
  }
  if (found.length > 0) return found;
  return [
    settings.configExists ? { level: "ok", message: "Every key and variable is understood" } : {
      level: "info",
      message: "There is no config file: defaults are in force",
      hint: "`rr setup` writes one, `rr init` as well",
    },
  ];
}
