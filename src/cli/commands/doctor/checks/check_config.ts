import { shellWord } from "../../../../base/shell_words.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** What is wrong in the config file and the environment. */
export const checkConfig: Check = { name: "config", run };

function run(context: DoctorContext): Finding[] {
  const { settings } = context;
  const found = [...ofReading(context), ...ofFile(context), ...ofValues(context)];
  if (found.length > 0) return found;
  return [
    settings.configExists ? { level: "ok", message: "Every key and variable is understood" } : {
      level: "info",
      message: "There is no config file: defaults are in force",
      hint: "`rr setup` writes one, `rr init` as well",
    },
  ];
}

function ofReading({ settings }: DoctorContext): Finding[] {
  return settings.problems.map(({ kind, message, hint }) => ({
    level: kind === "unknown-key" ? "warn" : "error",
    message,
    hint,
  }));
}

function ofFile({ world, settings: { configPath, origins } }: DoctorContext): Finding[] {
  const found: Finding[] = [];
  const file = world.files.stat(configPath);
  if (file?.size === 0) {
    found.push({
      level: "warn",
      message:
        "The config is empty, as a disk that was full or lost power leaves it: defaults are " +
        "in force",
      hint: `Restore ${configPath}, or say \`rr init --force\``,
    });
  }
  const mode = file?.mode ?? 0o600;
  if ((mode & 0o077) !== 0 && origins.trackerToken.source === "config") {
    found.push({
      level: "warn",
      message: `Others can read the config, which holds a tracker token (mode=${mode.toString(8)})`,
      hint: `\`chmod 600 ${shellWord(configPath)}\``,
    });
  }
  return found;
}

function ofValues({ settings: { origins, problems }, report }: DoctorContext): Finding[] {
  const found: Finding[] = [];
  if (!report.record_ignore_regex.valid) {
    found.push({
      level: "error",
      message: `Nothing is recorded: ${report.record_ignore_regex.error}`,
      hint: `Correct ${origins.recordIgnoreRegex.name}, or remove it`,
    });
  }
  if (report.relay_addr.error !== null) {
    found.push({
      level: "error",
      message: report.relay_addr.error,
      hint: `Correct ${origins.relays.name}`,
    });
  }
  for (const section of [report.async_upload, report.auto_prune]) {
    const known = problems.some(({ message }) => message === section.error);
    if (section.error !== null && !known) found.push({ level: "error", message: section.error });
  }
  return found;
}
