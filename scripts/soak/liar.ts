/** A tracker that lies: it takes everybody in, and names 256 peers that do not exist, others each time. */
import { encodeBase58 } from "../../src/base/base58.ts";
import type { Random } from "../../src/base/random.ts";

const NAMED = 256;
/** A public key of Ed25519 as the multihash of a peer id, before its 32 bytes. */
const ED25519 = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/** Serves until disposed; `port` is on 127.0.0.1. */
export function startLiar(random: Random): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => answer(new URL(request.url), request.method, random),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function answer(url: URL, method: string, random: Random): Response {
  if (url.pathname === "/api/v1/ping") return new Response("ok\n");
  if (method !== "GET") return Response.json({ ok: true, ttl_sec: 60, removed: true });
  const now = Math.floor(Date.now() / 1000);
  const peers = Array.from({ length: NAMED }, (_, i) => {
    const id = encodeBase58(Uint8Array.from([...ED25519, ...random.bytes(32)]));
    const addrs = [`/ip4/127.0.0.1/tcp/${1 + i % 1000}/p2p/${id}`];
    return {
      peer_id: id,
      addrs,
      meta: { user_id: "kim", device_id: `ghost${i}`, hostname: null, version: null },
      last_seen_unix: now,
    };
  });
  return Response.json({ peers });
}
