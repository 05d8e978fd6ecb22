/**
 * Commands that come while it cannot be told which of them to keep. They wait in the spool, as those of
 * the shell hooks do, until the pattern is corrected: whoever called `rr record` may hide what it prints,
 * as the original's hook does, and would otherwise lose commands for as long as nobody looks.
 */
import { toHex } from "../../../base/bytes.ts";
import type { World } from "../../../base/world.ts";
import { spoolFolder } from "../../../config/paths.ts";
import type { Settings } from "../../../config/settings.ts";
import type { Entry } from "../../../history/entry.ts";
import { encodeSpoolRecord } from "../../../shell/spool_record.ts";
import { recordId } from "../../../spool/to_entry.ts";
import { printWarning } from "../../print/print.ts";

/** Writes `entry` into the spool, in a file of its own, and says so. */
export function setAside(
  world: World,
  settings: Settings,
  entry: Entry,
  { reason, printId }: { readonly reason: string; readonly printId: boolean },
): void {
  printWarning(world, `invalid record ignore regex: ${reason} (skipping record for safety)`);
  if (entry.command === "" || settings.dbPath === ":memory:") return;
  const session = `${world.pid}-${Math.floor(world.clock.now())}-${toHex(world.random.bytes(8))}`;
  const record = { ...entry, key: "1", sinceBoot: false };
  const folder = spoolFolder(settings.dbPath);
  world.files.makePrivateFolder(folder);
  world.files.createPrivate(`${folder}/${session}.spool`, encodeSpoolRecord(record));
  if (printId) world.stdout.write(`${recordId(session, record)}\n`);
}
