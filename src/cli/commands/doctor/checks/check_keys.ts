import { shellWord } from "../../../../base/shell_words.ts";
import { RrError } from "../../../../base/rr_error.ts";
import type { World } from "../../../../base/world.ts";
import type { Settings } from "../../../../config/settings.ts";
import { openHistory } from "../../../../store/file/open_history.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";
import type { KeySection } from "../original_report.ts";

/** Whether the keys are there, whole and private. */
export const checkKeys: Check = { name: "keys", run };

function run(context: DoctorContext): Finding[] {
  const { report } = context;
  const found = [
    ...replacedKey(context),
    ...keyFindings("swarm key", report.swarm_key, "say `rr pair` on another device"),
    ...keyFindings("identity of this device", report.p2p_identity_key, "restore it"),
    ...keyFindings("relay's identity", report.relay_identity_key, "restore it"),
  ];
  // Of one that a running daemon still has, the daemon tells.
  const isGone = (context.daemon.status?.swarm_key ?? null) !== null;
  if (!report.swarm_key.exists && report.swarm_key.stat_error === null && !isGone) {
    found.push({
      level: "info",
      message: "There is no swarm key yet",
      hint:
        "On a first device `rr setup` makes one; else say `rr pair` on a device that has it, and " +
        "`rr pair <code>` here",
    });
  }
  if (found.length > 0) return found;
  return [{ level: "ok", message: "Whole and private" }];
}

/** Whether the devices that were synced with have another key. The daemon, if one runs, says so itself. */
function replacedKey({ world, settings, report, daemon }: DoctorContext): Finding[] {
  const { value } = report.swarm_key;
  if (daemon.status !== undefined || value === null) return [];
  const before = lastSyncedKey(world, settings);
  if (before === undefined || before === value) return [];
  return [{
    level: "error",
    message:
      `The swarm key was replaced (${value}, before ${before}): nobody has synced with it yet`,
    hint: "Give it to the other devices with `rr pair`, or put the old one back",
  }];
}

function lastSyncedKey(world: World, settings: Settings): string | undefined {
  try {
    using history = openHistory(settings.dbPath, { ...world, mode: "readonly" });
    return history.incidents.syncedKey();
  } catch (error) {
    // What is wrong with the database is told by its own check.
    if (error instanceof RrError) return undefined;
    throw error;
  }
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
      hint: `\`chmod 600 ${shellWord(key.path)}\``,
    });
  }
  return found;
}
