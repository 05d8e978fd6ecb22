import { PEER_IDS } from "../../contracts/directory.ts";
import { type OpenDialer, testDialer } from "../../contracts/dialer.ts";
import { Lab, recordOf } from "../_lab.ts";

testDialer("dialer over libp2p", open, { sanitize: false });

async function open(): Promise<OpenDialer> {
  const lab = new Lab();
  const server = await lab.server();
  const dialer = lab.dialer(await lab.node({ listen: [] }), { directMs: 2_000 });
  return {
    dialer,
    there: recordOf(server, server.listening()),
    gone: recordOf({ peer: PEER_IDS[0] }, ["/ip4/127.0.0.1/udp/9"]),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}
