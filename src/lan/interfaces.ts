/** Which interfaces take part: one socket each, since a single one follows the default route. */
import { parseIp } from "./ip.ts";

/** An interface of one address family. */
export interface LanInterface {
  readonly name: string;
  readonly family: 4 | 6;
  /** The address that datagrams leave from. */
  readonly source: string;
  /** The address to be dialled; for IPv6 never a link-local one, which needs a zone. */
  readonly address: string;
}

/** One address as `node:os` and Deno tell it. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: string;
  readonly internal: boolean;
}

/** Most interfaces; a host of containers has hundreds that lead nowhere. */
const MAX_INTERFACES = 16;

/** The interfaces worth a socket: those of other hosts, each family once. */
export function lanInterfaces(
  all: Readonly<Record<string, readonly InterfaceAddress[] | undefined>>,
): readonly LanInterface[] {
  const found: LanInterface[] = [];
  for (const [name, addresses = []] of Object.entries(all)) {
    const outer = addresses.filter((one) => !one.internal && parseIp(one.address) !== undefined);
    const v4 = outer.find((one) => one.family === "IPv4");
    if (v4) found.push({ name, family: 4, source: v4.address, address: v4.address });
    const v6 = outer.filter((one) => one.family === "IPv6");
    const source = v6.find((one) => isLinkLocal(one.address));
    const address = v6.find((one) => !isLinkLocal(one.address));
    if (source && address) {
      found.push({ name, family: 6, source: source.address, address: address.address });
    }
  }
  return found.slice(0, MAX_INTERFACES);
}

function isLinkLocal(address: string): boolean {
  const ip = parseIp(address)!;
  return ip[0] === 0xfe && (ip[1]! & 0xc0) === 0x80;
}

/** A text that is equal for equal interfaces. */
export function interfaceKey({ name, family, source, address }: LanInterface): string {
  return [name, family, source, address].join(" ");
}
