import type { Libp2p } from "@libp2p/interface";
import { after } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";

/** Time for connections to be closed in order; what still hangs then is cut off. */
const ORDERLY_MS = 200;

/** Stops a node within 300 ms, whatever hangs. */
export async function stopWithin(libp2p: Libp2p, clock: Clock): Promise<void> {
  const over = Promise.withResolvers<void>();
  using _cut = after(clock, ORDERLY_MS, () => {
    for (const connection of libp2p.getConnections()) {
      connection.abort(new Error("The node was stopped"));
    }
    over.resolve();
  });
  // A node that cannot be stopped in order has nothing that anybody could still do about it.
  const stopped = Promise.resolve(libp2p.stop()).catch(() => {});
  await Promise.race([stopped, over.promise]);
}
