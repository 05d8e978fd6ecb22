/** The report of the original's doctor as its lines of text. */
import { printable } from "../../../base/printable.ts";
import type { KeySection, OriginalReport } from "./original_report.ts";

/** The lines in the original's order. */
export function originalLines(report: OriginalReport): string[] {
  return [
    `config path: ${report.config_path} (exists: ${report.config_exists})`,
    `db path: ${report.db_path}`,
    `user_id: ${report.user_id}`,
    `device_id: ${report.device_id}`,
    `p2p request retry: ${retryText(report.p2p_request_retry)}`,
    `record ignore regex: ${regexText(report.record_ignore_regex)}`,
    `async upload: ${uploadText(report.async_upload)}`,
    `auto prune: ${pruneText(report.auto_prune)}`,
    keyLine("swarm key", report.swarm_key),
    keyLine("p2p identity key", report.p2p_identity_key),
    keyLine("relay identity key", report.relay_identity_key),
    `relay addr: ${relayText(report.relay_addr)}`,
    ...trackerLines(report.trackers),
  ].map(printable);
}

function retryText(retry: OriginalReport["p2p_request_retry"]): string {
  if (retry.error !== null) return `invalid: ${retry.error}`;
  return `attempts=${retry.attempts} timeout_base=${retry.timeout_base_sec}s ` +
    `timeout_cap=${retry.timeout_cap_sec}s backoff_base=${retry.backoff_base_ms}ms`;
}

function regexText(regex: OriginalReport["record_ignore_regex"]): string {
  if (!regex.valid) return `invalid: ${regex.error} (skipping record for safety)`;
  return regex.pattern ?? "(none)";
}

function uploadText(upload: OriginalReport["async_upload"]): string {
  if (upload.error !== null) return `invalid: ${upload.error}`;
  return `enabled=${upload.enabled} interval_sec=${upload.interval_sec} limit=${upload.limit} ` +
    `marker_path=${upload.marker_path} last_trigger_unix=${upload.last_trigger_unix ?? "-"} ` +
    `next_due_in_sec=${upload.next_due_in_sec}`;
}

function pruneText(prune: OriginalReport["auto_prune"]): string {
  if (prune.error !== null) return `invalid: ${prune.error}`;
  return `enabled=${prune.enabled} older_than_days=${prune.older_than_days} ` +
    `interval_sec=${prune.interval_sec} keep_recent=${prune.keep_recent} ` +
    `marker_path=${prune.marker_path} last_trigger_unix=${prune.last_trigger_unix ?? "-"} ` +
    `next_due_in_sec=${prune.next_due_in_sec}`;
}

function keyLine(label: string, key: KeySection): string {
  if (key.stat_error !== null) return `${label}: ${key.path} (stat error: ${key.stat_error})`;
  if (!key.exists) return `${label}: ${key.path} (missing)`;
  const details = [
    key.value,
    key.load_error === null ? null : `invalid: ${key.load_error}`,
    key.warning === null ? null : `warn: ${key.warning}`,
  ].filter((detail) => detail !== null);
  return `${label}: ${key.path} (exists) ${details.join(" | ")}`;
}

function relayText(relay: OriginalReport["relay_addr"]): string {
  return relay.error === null ? relay.value ?? "(none)" : `invalid: ${relay.error}`;
}

function trackerLines(trackers: OriginalReport["trackers"]): string[] {
  if (trackers.length === 0) return ["trackers: (none)"];
  const line = (tracker: OriginalReport["trackers"][number]): string =>
    tracker.reachable
      ? `- ${tracker.base_url} (ping: ok, latency_ms=${tracker.latency_ms})`
      : `- ${tracker.base_url} (ping: fail: ${tracker.error})`;
  return ["trackers:", ...trackers.map(line)];
}
