import type { Check, DoctorContext, Finding } from "../finding.ts";
import type { KeySection } from "../original_report.ts";

/** Whether the keys are there, whole and private. */
export const checkKeys: Check = { name: "keys", run };

function run({ report }: DoctorContext): Finding[] {
  const found = [
    ...keyFindings("swarm key", report.swarm_key, "copy it from another device"),
    ...keyFindings("identity of this device", report.p2p_identity_key, "restore it"),
    ...keyFindings("relay's identity", report.relay_identity_key, "restore it"),
  ];
  if (!report.swarm_key.exists && report.swarm_key.stat_error === null) {
    found.push({
      level: "info",
      message: "There is no swarm key yet",
      hint: "First device: rr init makes one. Otherwise copy swarm.key from another device to " +
        report.swarm_key.path,
    });
  }
  if (found.length > 0) return found;
  return [{ level: "ok", message: "Whole and private" }];
}

function keyFindings(name: string, key: KeySection, remedy: string): Finding[] {
  const found: Finding[] = [];
  if (key.stat_error !== null) {
    found.push({ level: "error", message: `Cannot look at the ${name}: ${key.stat_error}` });
  }
  if (key.load_error !== null) {
    found.push({
      level: "error",
      message: `The ${name} cannot be used: ${key.load_error}`,
      hint: `Keep the file, and ${remedy}: ${key.path}`,
    });
  }
  if (key.warning !== null) {
    found.push({
      level: "warn",
      message: `Others can read the ${name} (${key.warning})`,
      hint: `chmod 600 ${key.path}`,
    });
  }
  return found;
}
