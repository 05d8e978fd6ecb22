/** A process that serves a control socket at the path in its first argument and answers its pid. */
import { serveControl } from "../../src/control/server.ts";
import { silentLogger } from "../../src/base/log.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemWorld } from "../../src/world/system.ts";

const world = await systemWorld();
const handlers = { status: () => Promise.resolve(world.pid) };
await serveControl(Deno.args[0]!, handlers, { clock: systemClock(), logger: silentLogger() });
world.stdout.write("listening\n");
