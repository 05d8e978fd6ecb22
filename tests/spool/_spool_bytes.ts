import type { SpoolRecord } from "../../src/shell/spool_record.ts";

/** Records as a hook writes them. */
export function spoolBytes(records: readonly SpoolRecord[]): Uint8Array {
  const text = records.map((r) =>
    ["\x1err1", r.key, r.startedAtMs, r.durationMs, r.exitCode, r.shell, r.hostname, r.cwd]
      .join("\0") + `\0${r.command}\0\n`
  ).join("");
  return new TextEncoder().encode(text);
}
