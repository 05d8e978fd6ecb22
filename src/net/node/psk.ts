/** The pre-shared key layer of libp2p, made fit for a process that runs for months. */
import { CIRCUIT } from "../../swarm/peer_addrs.ts";
import type { ConnectionProtector, MessageStream } from "@libp2p/interface";
import { preSharedKey } from "@libp2p/pnet";
import { formatSwarmKey } from "../keys/swarm_key.ts";
import { boundNegotiation } from "./negotiation.ts";

/** What was heard over a connection: when last, and how often something came. */
export interface Heard {
  atMs: number;
  count: number;
  /** What was said since, and when the first of it; nothing of it may need an answer. */
  said: { readonly sinceMs: number; bytes: number } | undefined;
}

/**
 * What the smallest message has at least; less is a ping of yamux, its answer, or room for more. Those
 * count as nothing said, or two sides would ask each other for ever.
 */
const LEAST_SAID_BYTES = 31;

/** What was heard over each connection; the key is the connection below the pre-shared key. */
export type HeardOf = WeakMap<object, Heard>;

/** Bytes over TCP since the start; what is inside a relayed connection is not counted again. */
export interface Traffic {
  received: number;
  sent: number;
}

/** What `@libp2p/pnet` 3.0.27 gives back, as far as it has to be mended. */
interface BoxStream extends MessageStream {
  maxMessageSize: number;
  inboundXor: Cipher;
  outboundXor: Cipher;
}
interface Cipher {
  update(data: Uint8Array, output?: Uint8Array): Uint8Array;
  finalize(): void;
}

/**
 * All ciphers of a process share one WebAssembly memory, and data is copied into it in one piece. A
 * larger piece makes the memory grow, which detaches every other cipher's view of it; they then grow
 * it in turn until it is full and the process dies.
 */
const MAX_MESSAGE_BYTES = 256 * 1024;

const DEAD_CIPHER: Cipher = { update: (): Uint8Array => new Uint8Array(0), finalize(): void {} };

/**
 * A protector that bounds what it writes at once and hands the ciphers of closed connections back,
 * which `@libp2p/pnet` does not: after about 5000 connections its memory would be used up.
 *
 * @param heardOf is told when something arrives
 * @param traffic is told how much
 */
export function hardenedPsk(
  swarmKey: Uint8Array,
  heardOf: HeardOf,
  nowMs: () => number,
  traffic: Traffic = { received: 0, sent: 0 },
): () => ConnectionProtector {
  const make = preSharedKey({ psk: new TextEncoder().encode(formatSwarmKey(swarmKey)) });
  return () => {
    const inner = make();
    const protectInner = inner.protect.bind(inner);
    const protect = async (
      ...args: Parameters<ConnectionProtector["protect"]>
    ): Promise<MessageStream> => {
      const [connection] = args;
      const box = await protectInner(...args) as BoxStream;
      box.maxMessageSize = MAX_MESSAGE_BYTES;
      workInPlace(box.inboundXor);
      workInPlace(box.outboundXor);
      box.addEventListener("close", () => handBack(box), { once: true });
      if (box.direction === "inbound") boundNegotiation(box);
      // The box listens already, so nothing is lost by listening here.
      const heard: Heard = { atMs: nowMs(), count: 0, said: undefined };
      heardOf.set(connection, heard);
      connection.addEventListener("message", () => {
        heard.atMs = nowMs();
        heard.count++;
        heard.said = undefined;
      });
      onSend(connection, (bytes) => {
        if (bytes < LEAST_SAID_BYTES) return;
        heard.said ??= { sinceMs: nowMs(), bytes: 0 };
        heard.said.bytes += bytes;
      });
      const { remoteAddr } = connection as { remoteAddr?: unknown };
      if (!String(remoteAddr).includes(CIRCUIT)) measure(connection, traffic);
      return box;
    };
    return Object.assign(inner, { protect });
  };
}

/**
 * Writes what comes out over what went in, which nobody reads again: a copy of all that passes is a third of
 * the garbage that a large message leaves.
 */
function workInPlace(cipher: Cipher): void {
  const update = cipher.update.bind(cipher);
  cipher.update = (data) => update(data, data);
}

function measure(connection: MessageStream, traffic: Traffic): void {
  connection.addEventListener("message", ({ data }) => traffic.received += data.byteLength);
  onSend(connection, (bytes) => traffic.sent += bytes);
}

function onSend(connection: MessageStream, told: (bytes: number) => void): void {
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    told(data.byteLength);
    return send(data);
  };
}

function handBack(box: BoxStream): void {
  const ciphers = [box.inboundXor, box.outboundXor];
  // Data that arrives after the end must not throw.
  box.inboundXor = box.outboundXor = DEAD_CIPHER;
  for (const cipher of ciphers) {
    try {
      cipher.finalize();
    } catch {
      continue; // a newer pnet has done it
    }
  }
}
