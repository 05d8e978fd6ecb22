import assert from "node:assert/strict";
import { boundedAddrs, MAX_ADDR_CHARS, MAX_PEER_ADDRS } from "../../src/swarm/peer_addrs.ts";

Deno.test("boundedAddrs() keeps the first ones that are not too long, each once", () => {
  const most = Array.from({ length: MAX_PEER_ADDRS + 1 }, (_, i) => `/ip4/192.0.2.1/tcp/${i}`);
  assert.deepEqual(boundedAddrs(most), most.slice(0, MAX_PEER_ADDRS));
  assert.deepEqual(boundedAddrs(["/a", "/b", "/a"]), ["/a", "/b"]);
  const [fits, tooLong] = ["x".repeat(MAX_ADDR_CHARS), "x".repeat(MAX_ADDR_CHARS + 1)];
  assert.deepEqual(boundedAddrs([tooLong, fits]), [fits]);
});
