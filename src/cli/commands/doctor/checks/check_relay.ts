import { pause } from "../../../../base/async/timer.ts";
import { connect } from "node:net";
import { silentLogger } from "../../../../base/log.ts";
import { parseRelayAddr, type RelayAddr } from "../../../../net/addrs/addrs.ts";
import { ANOTHER_PEER } from "../../../../net/dial/another_peer.ts";
import { createIdentity } from "../../../../net/keys/identity.ts";
import { loadSwarmKey } from "../../../../net/keys/swarm_key.ts";
import type { Check, DoctorContext, Finding } from "../finding.ts";

/** Whether the relays take connections for this device. */
export const checkRelay: Check = { name: "relay", run };

/** A relay that is there gives a place within two seconds. */
const LONGEST_MS = 4_000;

async function run(context: DoctorContext): Promise<Finding[]> {
  const { settings, report, daemon: { status } } = context;
  if (settings.relays.length === 0 || report.relay_addr.error !== null) return [];
  const relays = settings.relays.map(parseRelayAddr);
  if (status !== undefined && status.relays.length > 0) {
    return Promise.all(relays.map(async (relay) => {
      const theirs = status.relays.find((one) => one.relay === relay.text);
      return theirs?.reserved === true
        ? fine(relay)
        : await explained(relay, theirs?.error ?? undefined, answersTcp(relay));
    }));
  }
  const key = await loadSwarmKey(settings.swarmKeyPath, context.world);
  if (key === undefined) {
    return [{ level: "info", message: "Not tried: there is no swarm key to try it with" }];
  }
  // At once with the attempt: a dead resolver would otherwise cost its time twice.
  const reached = relays.map(answersTcp);
  const lost = await tryRelays(context, key.key, relays);
  return await Promise.all(
    relays.map((relay, i) =>
      lost.has(relay) ? explained(relay, lost.get(relay), reached[i]!) : fine(relay)
    ),
  );
}

function fine(relay: RelayAddr): Finding {
  return { level: "ok", message: `${relay.text} takes connections for us` };
}

/**
 * The relays that give no place, with why if they said so. Tried under a new identity: under our own,
 * a place that another process of this device holds would be taken from it.
 */
async function tryRelays(
  { world }: DoctorContext,
  swarmKey: Uint8Array,
  relays: readonly RelayAddr[],
): Promise<Map<RelayAddr, string | undefined>> {
  const { startNode } = await import("../../../../net/node/start_node.ts");
  const identity = await createIdentity();
  const left = new Map<RelayAddr, string | undefined>(relays.map((relay) => [relay, undefined]));
  const all = Promise.withResolvers<void>();
  const over = new AbortController();
  const deps = { logger: silentLogger(), clock: world.clock, random: world.random };
  await using node = await startNode({ identity, swarmKey, relays }, deps);
  using _listening = node.onEvent((event) => {
    if (event.type !== "reserved" && event.type !== "reservation-lost") return;
    const relay = relays.find((one) => one.relay === event.relay);
    if (relay === undefined) return;
    if (event.type === "reserved") left.delete(relay);
    else left.set(relay, event.why);
    if ([...left.values()].every((why) => why !== undefined)) all.resolve();
  });
  await Promise.race([all.promise, pause(world.clock, LONGEST_MS, over.signal)]);
  over.abort();
  return left;
}

async function explained(
  relay: RelayAddr,
  why: string | undefined,
  reached: Promise<boolean>,
): Promise<Finding> {
  if (why?.includes(ANOTHER_PEER)) {
    return {
      level: "error",
      message: why,
      hint:
        "It has lost its identity key, or another relay has taken its address. What it says when " +
        "it starts is the address of now: `rr config set relay_addr <that>`, on every device",
    };
  }
  if (await reached) {
    return {
      level: "error",
      message: why ?? `The relay ${relay.text} answers on TCP but gives us no place`,
      hint: "Most likely it has another swarm key: compare `rr swarm-key` there and here; it may " +
        "also be full",
    };
  }
  return {
    level: "error",
    message: why ?? `The relay ${relay.text} cannot be reached`,
    hint: "Check the address, the firewall and whether `rr hub` or `rr relay-serve` runs there",
  };
}

const TCP_MS = 3_000;

function answersTcp(relay: RelayAddr): Promise<boolean> {
  const match = /^\/(?:ip[46]|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(relay.transport);
  if (match === null) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: match[1]!, port: Number(match[2]), timeout: TCP_MS });
  const end = (answer: boolean) => (): void => {
    socket.destroy();
    resolve(answer);
  };
  socket.once("connect", end(true));
  socket.once("timeout", end(false));
  socket.once("error", end(false));
  return promise;
}
