/** A process that becomes the daemon of the database in its first argument, says so, and stays. */
import { RrError } from "../../src/base/rr_error.ts";
import { lockDaemon } from "../../src/process/lock.ts";
import { systemWorld } from "../../src/world/system.ts";

const world = await systemWorld();
try {
  const _lock = lockDaemon(Deno.args[0]!, world);
  world.stdout.write(`held ${world.pid}\n`);
  setInterval(() => {}, 60_000);
} catch (error) {
  if (!(error instanceof RrError)) throw error;
  world.stdout.write(`${error.code} ${error.message}\n`);
}
