/** A service that tells its manager all there is to tell, and how it does it. */
import { openServiceNotifier } from "../../src/process/notify.ts";
import { lineLogger } from "../../src/process/line_logger.ts";
import { systemWorld } from "../../src/world/system.ts";

const world = await systemWorld();
{
  const logger = lineLogger(world.stdout, "debug");
  await using notifier = openServiceNotifier({ world, logger });
  world.stdout.write(`${notifier.way}\n`);
  notifier.ready("2 peers\nMAINPID=1");
  notifier.reloading();
  notifier.ready("3 peers");
  notifier.stopping();
}
world.stdout.write("done\n");
