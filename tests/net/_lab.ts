/** Real nodes on loopback, for the tests of this room. */
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { type ServeLimits, servePeers } from "../../src/net/exchange/accept.ts";
import { parseRelayAddr, type RelayAddr } from "../../src/net/addrs/addrs.ts";
import { createDialer, type DialerOptions } from "../../src/net/dial/dial.ts";
import { createIdentity } from "../../src/net/keys/identity.ts";
import type { Node } from "../../src/net/node/node.ts";
import type { NodeOptions } from "../../src/net/node/start_node.ts";
import { startNode } from "../../src/net/node/start_node.ts";
import type { NodeEvent } from "../../src/net/node/node_events.ts";
import { type Relay, type RelayOptions, startRelay } from "../../src/net/relay/relay.ts";
import type { Dialer, PeerService } from "../../src/sync/ports.ts";
import type { PeerId, PeerRecord } from "../../src/swarm/peer.ts";
import { ScriptedService } from "../contracts/peer_link.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

export const ANY_PORT = "/ip4/127.0.0.1/tcp/0";

/** Registers a test with real nodes: libp2p leaves timers behind, so leaks are not looked for. */
export function nodeTest(name: string, fn: (lab: Lab) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using lab = new Lab();
      await within(fn(lab), `finish "${name}"`);
    },
  });
}

/** The promise, or an error if it takes too long. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Cannot ${what} in time`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One swarm. */
export class Lab implements AsyncDisposable {
  readonly logger = new RecordingLogger();
  readonly deps = { logger: this.logger, clock: systemClock(), random: systemRandom() };
  readonly swarmKey: Uint8Array = this.deps.random.bytes(32);
  /** All nodes that were started. */
  readonly nodes: Node[] = [];
  readonly #parts = new AsyncDisposableStack();

  /** A node that listens, unless told otherwise. */
  async node(options: Partial<NodeOptions> = {}): Promise<Node> {
    const { swarmKey } = this;
    const identity = options.identity ?? await createIdentity();
    const all = { swarmKey, listen: [ANY_PORT], ...options, identity };
    const node = this.#parts.use(await startNode(all, this.deps));
    this.nodes.push(node);
    return node;
  }

  /** A node that answers with `service`. */
  async server(
    service: PeerService = new ScriptedService(),
    options: Partial<NodeOptions> = {},
    limits: ServeLimits = {},
  ): Promise<Node> {
    const node = await this.node(options);
    await servePeers(node, service, this.deps, limits);
    return node;
  }

  /** A relay on loopback. */
  async relay(options: Partial<RelayOptions> = {}): Promise<Relay> {
    const { swarmKey } = this;
    const identity = options.identity ?? await createIdentity();
    const all = { swarmKey, listen: [ANY_PORT], ...options, identity };
    return this.#parts.use(await startRelay(all, this.deps));
  }

  dialer(node: Node, options: DialerOptions = {}): Dialer {
    return createDialer({ node, ...this.deps }, options);
  }

  /** Is disposed of with the lab. */
  use<T extends Disposable | AsyncDisposable>(part: T): T {
    return this.#parts.use(part);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.disposeAsync();
  }
}

/** What a directory would tell of the node. */
export function recordOf(node: { readonly peer: PeerId }, addrs: readonly string[]): PeerRecord {
  return {
    peer: node.peer,
    addrs,
    deviceId: undefined,
    userId: undefined,
    hostname: undefined,
    lastSeenUnix: 0,
  };
}

export function relayAddrOf(relay: Relay): RelayAddr {
  return parseRelayAddr(relay.listening()[0]!);
}

/** The next event of that type, which `cause` may bring about. */
export async function nextEvent<T extends NodeEvent["type"]>(
  node: Node,
  type: T,
): Promise<Extract<NodeEvent, { type: T }>> {
  const { promise, resolve } = Promise.withResolvers<Extract<NodeEvent, { type: T }>>();
  using _subscription = node.onEvent((event) => {
    if (event.type === type) resolve(event as Extract<NodeEvent, { type: T }>);
  });
  return await within(promise, `see the event "${type}"`);
}

/** Waits until the relay takes connections for the node. */
export async function reserved(node: Node): Promise<void> {
  if (node.reservations().length === 0) await nextEvent(node, "reserved");
}

/** Waits, without a timer of its own longer than a moment, until the condition holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const clock = systemClock();
  const started = clock.monotonic();
  while (!holds()) {
    if (clock.monotonic() - started > PATIENCE_MS) {
      throw new Error(`Cannot see in time that ${what}`);
    }
    await clock.sleep(5);
  }
}

/** A TCP address that lets connections wait for ever: the backlog is never looked at. */
export function muteListener(): { readonly addr: string } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) held.push(connection);
  })().catch(() => {});
  return {
    addr: `/ip4/127.0.0.1/tcp/${(listener.addr as Deno.NetAddr).port}`,
    [Symbol.dispose](): void {
      listener.close();
      for (const connection of held) connection.close();
    },
  };
}

/** Passes bytes on until told to swallow them, keeping the connections open. */
export function swallowingProxy(
  target: string,
): { readonly addr: string; swallow(): void } & Disposable {
  const port = Number(/tcp\/(\d+)/.exec(target)![1]);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  let swallowing = false;
  const pass = async (from: Deno.Conn, to: Deno.Conn): Promise<void> => {
    const buffer = new Uint8Array(64 * 1024);
    for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
      if (!swallowing) await to.write(buffer.slice(0, n));
    }
  };
  (async () => {
    for await (const near of listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port });
      open.push(near, far);
      pass(near, far).catch(() => {});
      pass(far, near).catch(() => {});
    }
  })().catch(() => {});
  return {
    addr: `/ip4/127.0.0.1/tcp/${(listener.addr as Deno.NetAddr).port}`,
    swallow: () => void (swallowing = true),
    [Symbol.dispose](): void {
      listener.close();
      for (const connection of open) connection.close();
    },
  };
}
