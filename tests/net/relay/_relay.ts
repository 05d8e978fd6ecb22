/** What the tests of relays share. */
import type { Node } from "../../../src/net/node/node.ts";
import type { Relay } from "../../../src/net/relay/relay.ts";
import { ScriptedService } from "../../contracts/peer_link.ts";
import { type Lab, relayAddrOf, reserved } from "../_lab.ts";

export const REQUEST = { cursor: 0, limit: 1 };

export interface RelayedPair {
  readonly server: Node;
  readonly client: Node;
  readonly relays: readonly ReturnType<typeof relayAddrOf>[];
}

export async function pairOn(
  lab: Lab,
  relay: Relay,
  service = new ScriptedService(),
): Promise<RelayedPair> {
  const relays = [relayAddrOf(relay)];
  const server = await lab.server(service, { relays, listen: [] });
  const client = await lab.node({ relays, listen: [] });
  await Promise.all([reserved(server), reserved(client)]);
  return { server, client, relays };
}
