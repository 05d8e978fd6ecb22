/** Listening on the wanted addresses, with errors that name them. */
import type { Logger } from "../../base/log.ts";
import { RrError } from "../../base/rr_error.ts";
import type { Host } from "./create_libp2p.ts";
import { isTransport, withAnyPort } from "../addrs/addrs.ts";
import type { NodeEvent } from "./node_events.ts";

/** Starts listening on all of `addrs`. @throws {RrError} as {@linkcode listenOrElsewhere} does */
export async function listenExactly(
  addrs: readonly string[],
  host: Pick<Host, "listen">,
): Promise<void> {
  for (const addr of addrs) checkListenAddr(addr);
  for (const addr of addrs) {
    await host.listen(addr).catch((cause) => {
      throw cannotListen(addr, cause);
    });
  }
}

/**
 * Starts listening on all of `addrs`, on a free port where the wanted one is taken.
 *
 * @throws {RrError} `config`, if one is no TCP address; `network`, if one cannot be listened on
 */
export async function listenOrElsewhere(
  addrs: readonly string[],
  host: Pick<Host, "listen" | "listening">,
  logger: Logger,
  tell: (event: NodeEvent) => void,
): Promise<void> {
  for (const addr of addrs) checkListenAddr(addr);
  for (const addr of addrs) {
    try {
      await host.listen(addr);
    } catch (cause) {
      if (!isTaken(cause)) throw cannotListen(addr, cause);
      const before = new Set(host.listening());
      await host.listen(withAnyPort(addr)).catch((again) => {
        throw cannotListen(withAnyPort(addr), again);
      });
      const actual = host.listening().find((it) => !before.has(it)) ?? withAnyPort(addr);
      logger.debug("The listening port is taken, using a free one", { wanted: addr, actual });
      tell({ type: "port-taken", wanted: addr, actual });
    }
  }
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

function cannotListen(addr: string, cause: unknown): RrError {
  const code = isTaken(cause) ? "EADDRINUSE" : /\bE[A-Z]{4,}\b/.exec(`${cause}`)?.[0];
  const why = code === undefined ? "" : ` (${code})`;
  return new RrError("network", `Cannot listen on "${addr}"${why}`, {
    hint: isTaken(cause)
      ? "Another program uses this port: give another one, or stop that program"
      : "Give an address of this machine and a port above 1023",
  });
}
