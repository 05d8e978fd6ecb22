/** Where a hub listens. */
import type { BindAddress } from "../../base/http.ts";
import { causeChain } from "../../base/rr_error.ts";

/** Listens on all addresses of the machine: of both families, or of IPv4 where there is no IPv6. */
export async function onAllAddresses<T>(
  port: number,
  listen: (bind: BindAddress) => Promise<T>,
): Promise<T> {
  try {
    return await listen({ host: "::", port });
  } catch (error) {
    if (!/EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL/.test(causeChain(error))) throw error;
    return await listen({ host: "0.0.0.0", port });
  }
}

/** Host and port of `/ip4/<host>/tcp/<port>/...`. */
export function bindOf(addr: string): BindAddress {
  const [, , host, , port] = addr.split("/");
  return { host: host!, port: Number(port) };
}
