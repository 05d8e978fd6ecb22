/** Single tries to reach a peer, and what became of them in words for a person. */
import { CIRCUIT } from "../../swarm/peer_addrs.ts";
import type { Connection, Libp2p } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import type { Clock } from "../../base/clock.ts";
import { DeadlineError, withDeadline } from "../../base/async/deadline.ts";
import { causeChain, toError } from "../../base/rr_error.ts";
import type { PeerId } from "../../swarm/peer.ts";
import type { RelayAddr } from "../addrs/addrs.ts";
import { peerOf } from "../node/connections.ts";
import { ANOTHER_PEER } from "./another_peer.ts";
import type { RelayOnlyGate } from "./dial_gate.ts";

/** What a try needs. */
export interface AttemptDeps {
  readonly libp2p: Libp2p;
  /** Of a node that is met through relays only. */
  readonly gate?: RelayOnlyGate | undefined;
  readonly clock: Clock;
  /** Longest time of one try, in milliseconds. */
  readonly withinMs: number;
}

/** A try that failed; the message says at which address and why. */
export class AttemptError extends Error {
  /** Whether TCP worked and the handshake did not, the mark of another swarm key. */
  readonly stuckInHandshake: boolean;
  /** Whether our own id answers there: this machine itself, or another with a copy of the identity. */
  readonly metOurselves: boolean;

  constructor(addr: string, cause: unknown, seen: ReadonlySet<string> = new Set()) {
    const stuck = seen.has("upgrader:encrypt-outbound-connection") &&
      !seen.has("upgrader:multiplex-outbound-connection");
    super(`${addr}: ${reasonOf(cause, stuck)}`, { cause });
    this.name = "AttemptError";
    this.metOurselves = isSelf(cause);
    this.stuckInHandshake = stuck && anotherPeer(cause) === undefined && !this.metOurselves;
  }
}

class WrongPeerError extends Error {}

/** What libp2p's handshake says where an id was dialled that another peer than that has. */
const UNEXPECTED = /identity key (\w+) does not match expected/;

/** Who answers in the place of the one that was dialled, in words; `undefined` if that is not it. */
function anotherPeer(error: unknown): string | undefined {
  if (error instanceof WrongPeerError) return error.message;
  const found = UNEXPECTED.exec(causeChain(error))?.[1];
  return found === undefined ? undefined : `${ANOTHER_PEER} ("${found}")`;
}

// libp2p has no better name for it.
function isSelf(error: unknown): boolean {
  return error instanceof Error && error.message === "Can not dial self";
}

/**
 * Dials one address. The id is left out of it and checked afterwards: libp2p lines up dials to the
 * same id one after another, so that one dead address delays all others.
 *
 * @throws {AttemptError} unless `signal` was aborted
 */
export async function dialDirect(
  peer: PeerId,
  addr: string,
  deps: AttemptDeps,
  signal: AbortSignal,
): Promise<Connection> {
  const { libp2p } = deps;
  const seen = new Set<string>();
  // One name stands for several peers there; the id says which is meant.
  const target = multiaddr(addr.startsWith("/dnsaddr/") ? `${addr}/p2p/${peer}` : addr);
  try {
    const connection = await withDeadline(
      deps.withinMs,
      (inTime) =>
        libp2p.dial(target, {
          signal: inTime,
          onProgress: (event) => void seen.add(event.type),
          // Else it would give back an open connection, which was not enough for whoever asks.
          force: true,
        }),
      { clock: deps.clock, signal, what: "connect" },
    );
    const found = peerOf(connection);
    if (found === peer) return connection;
    connection.abort(new Error("Not the peer that was dialled"));
    throw new WrongPeerError(`${ANOTHER_PEER} ("${found}")`);
  } catch (error) {
    signal.throwIfAborted();
    throw new AttemptError(addr, toError(error), seen);
  }
}

/**
 * The open direct connection to a relay, or a new one.
 *
 * @throws {AttemptError} unless `signal` was aborted
 */
export async function connectRelay(
  relay: RelayAddr,
  { libp2p, gate, clock, withinMs }: AttemptDeps,
  signal: AbortSignal,
): Promise<Connection> {
  const open = libp2p.getConnections(peerIdFromString(relay.relay))
    .find((connection) => connection.direct && connection.status === "open");
  if (open) return open;
  using _pass = gate?.admit(relay.relay);
  const seen = new Set<string>();
  const onProgress = (event: { readonly type: string }): void => void seen.add(event.type);
  try {
    return await withDeadline(
      withinMs,
      (inTime) => libp2p.dial(multiaddr(relay.text), { signal: inTime, onProgress }),
      { clock, signal, what: "connect" },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new AttemptError(`relay ${relay.text}`, toError(error), seen);
  }
}

/**
 * Connects through a relay.
 *
 * @throws {AttemptError} unless `signal` was aborted
 */
export async function dialThrough(
  relay: RelayAddr,
  peer: PeerId,
  deps: AttemptDeps,
  signal: AbortSignal,
): Promise<Connection> {
  const { libp2p, clock, withinMs } = deps;
  await connectRelay(relay, deps, signal);
  const target = multiaddr(`${relay.text}${CIRCUIT}/p2p/${peer}`);
  try {
    return await withDeadline(
      withinMs,
      (inTime) => libp2p.dial(target, { signal: inTime, force: true }),
      { clock, signal, what: "connect" },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new AttemptError(`relay ${relay.text}`, toError(error));
  }
}

/** What to say after failed tries: a hint at the swarm key if that may be the cause, else nothing. */
export function hintOf(errors: readonly unknown[]): string {
  return errors.some((error) => error instanceof AttemptError && error.stuckInHandshake)
    ? ". Is the swarm key the same on both sides? Compare `rr swarm-key`"
    : "";
}

function reasonOf(error: unknown, stuckInHandshake: boolean): string {
  const another = anotherPeer(error);
  if (another !== undefined) return another;
  if (isSelf(error)) return "our own id answers there";
  if (stuckInHandshake) return "TCP answers, but the handshake does not finish";
  if (error instanceof DeadlineError) return `no answer within ${error.ms / 1000} s`;
  const text = error instanceof AggregateError
    ? error.errors.map((inner) => causeChain(inner)).join(", ")
    : causeChain(error);
  if (text.includes("NO_RESERVATION")) return "the peer is not connected to this relay";
  if (/ECONNREFUSED|ConnectionRefused/.test(text)) return "connection refused";
  return text;
}
