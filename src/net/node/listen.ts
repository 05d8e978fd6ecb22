/** Listening on the wanted addresses, with errors that name them. */
import type { Logger } from "../../base/log.ts";
import { RrError } from "../../base/rr_error.ts";
import type { Host } from "./create_libp2p.ts";
import { isTransport, withAnyPort } from "../addrs/addrs.ts";
import type { NodeEvent } from "./node_events.ts";

/** One socket to listen with. */
export interface Binding {
  readonly addr: string;
  /** Whether it takes connections of IPv4 as well as of IPv6. */
  readonly alsoIp4: boolean;
}

/**
 * On Deno a socket that listens on `::` takes IPv4 as well and cannot be told not to, so a second one
 * for IPv4 finds the port taken.
 */
const ONE_SOCKET_FOR_BOTH = "Deno" in globalThis;

const ANY_IP4 = /^\/ip4\/0\.0\.0\.0\/tcp\/(\d+)$/;
const ANY_IP6 = /^\/ip6\/::\/tcp\/(\d+)$/;

/** The sockets that the wanted addresses take. */
export function bindingsOf(
  addrs: readonly string[],
  oneForBoth: boolean = ONE_SOCKET_FOR_BOTH,
): readonly Binding[] {
  const ports = (pattern: RegExp): Set<string> =>
    new Set(addrs.flatMap((addr) => pattern.exec(addr)?.[1] ?? []));
  const ip4 = ports(ANY_IP4);
  const ip6 = ports(ANY_IP6);
  const isShared = (port: string | undefined): boolean =>
    oneForBoth && port !== undefined && ip4.has(port) && ip6.has(port);
  return [...new Set(addrs)]
    .filter((addr) => !isShared(ANY_IP4.exec(addr)?.[1]))
    .map((addr) => ({ addr, alsoIp4: isShared(ANY_IP6.exec(addr)?.[1]) }));
}

/**
 * Starts listening on all of `addrs`; on a machine without IPv6 on those of IPv4.
 *
 * @throws {RrError} as {@linkcode listenOrElsewhere} does; also `network` for an address that is not there
 */
export async function listenExactly(
  addrs: readonly string[],
  host: Pick<Host, "listen">,
): Promise<void> {
  for (const addr of addrs) checkListenAddr(addr);
  for (const binding of bindingsOf(addrs)) {
    await listenOnOne(binding, host).catch((cause) => {
      if (!isWithoutIp6(binding, cause)) throw cannotListen(binding.addr, cause);
    });
  }
}

/**
 * Starts listening on all of `addrs`, on a free port where the wanted one is taken. Gives those that
 * cannot be had now: of a network or a VPN that is not up yet, or with a port that is taken.
 *
 * @throws {RrError} `config`, if one is no TCP address; `network`, if one cannot be listened on
 */
export async function listenOrElsewhere(
  addrs: readonly string[],
  host: Pick<Host, "listen" | "listening">,
  logger: Logger,
  tell: (event: NodeEvent) => void,
): Promise<readonly Binding[]> {
  for (const addr of addrs) checkListenAddr(addr);
  const late: Binding[] = [];
  for (const binding of bindingsOf(addrs)) {
    const { addr } = binding;
    try {
      await listenOnOne(binding, host);
    } catch (cause) {
      if (isWithoutIp6(binding, cause)) logger.debug("This machine has no IPv6", { addr });
      else if (!isNotThere(cause) && !isTaken(cause)) throw cannotListen(addr, cause);
      else {
        late.push(binding);
        if (isTaken(cause)) await listenElsewhere(binding, host, logger, tell);
        else tell({ type: "address-missing", wanted: addr });
      }
    }
  }
  return late;
}

/** Tries those that were not there; gives those that still are not. */
export async function listenLate(
  late: readonly Binding[],
  host: Pick<Host, "listen">,
): Promise<readonly Binding[]> {
  const left: Binding[] = [];
  for (const binding of late) {
    await listenOnOne(binding, host).catch(() => void left.push(binding));
  }
  return left;
}

async function listenOnOne({ addr, alsoIp4 }: Binding, host: Pick<Host, "listen">): Promise<void> {
  try {
    await host.listen(addr, alsoIp4);
  } catch (cause) {
    if (!alsoIp4 || isTaken(cause)) throw cause;
    // No IPv6 here: what was wanted of IPv4 can be had all the same.
    await host.listen(addr.replace("/ip6/::/", "/ip4/0.0.0.0/"));
  }
}

async function listenElsewhere(
  { addr, alsoIp4 }: Binding,
  host: Pick<Host, "listen" | "listening">,
  logger: Logger,
  tell: (event: NodeEvent) => void,
): Promise<void> {
  const before = new Set(host.listening());
  await host.listen(withAnyPort(addr), alsoIp4).catch((again) => {
    throw cannotListen(withAnyPort(addr), again);
  });
  const actual = host.listening().find((it) => !before.has(it)) ?? withAnyPort(addr);
  logger.debug("The listening port is taken, using a free one", { wanted: addr, actual });
  tell({ type: "port-taken", wanted: addr, actual });
}

function checkListenAddr(addr: string): void {
  if (isTransport(addr) && /^\/ip[46]\//.test(addr)) return;
  throw new RrError("config", `Cannot listen on "${addr}": it is not a TCP address`, {
    hint: 'Give an address such as "/ip4/0.0.0.0/tcp/8845"',
  });
}

// libp2p puts the errors of all listeners into one text.
function isTaken(error: unknown): boolean {
  return /EADDRINUSE|AddrInUse|address already in use/i.test(`${error}`);
}

// Deno says EINVAL for an address that the machine does not have.
function isNotThere(error: unknown): boolean {
  return /EADDRNOTAVAIL|EINVAL|ENETDOWN|ENETUNREACH|EAFNOSUPPORT/.test(`${error}`);
}

/** All addresses of a family are wanted, and the machine has none. */
function isWithoutIp6({ addr }: Binding, error: unknown): boolean {
  return ANY_IP6.test(addr) && isNotThere(error);
}

function cannotListen(addr: string, cause: unknown): RrError {
  const code = isTaken(cause) ? "EADDRINUSE" : /\bE[A-Z]{4,}\b/.exec(`${cause}`)?.[0];
  const why = code === undefined ? "" : ` (${code})`;
  return new RrError("network", `Cannot listen on "${addr}"${why}`, {
    hint: isTaken(cause)
      ? "Another program uses this port: give another one, or stop that program"
      : "Give an address of this machine and a port above 1023",
  });
}
