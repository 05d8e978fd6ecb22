/** A hub joins like any device, but has no history to give: it takes the key and gives its addresses. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { loadOrCreateIdentity } from "../../net/keys/identity.ts";
import type { PairCard } from "../../pair/card.ts";
import type { PairCode } from "../../pair/code.ts";
import { VERSION } from "../../version.ts";
import { pairAsGuest } from "../pairing/guest.ts";
import { pairAsHost } from "../pairing/host.ts";
import { installKey, planKey } from "../pairing/join.ts";
import type { PairTalk } from "../pairing/report.ts";
import {
  giveToOwner,
  type HubFolder,
  type HubSettings,
  hubToken,
  relayAddr,
  trackerUrl,
} from "./folder.ts";

/** How a hub pairs. */
export interface HubPairing {
  /** A code that a device shows; without it the hub shows one. */
  readonly code: PairCode | undefined;
  readonly at: string | undefined;
}

/**
 * Takes the swarm key of a device and tells it the hub's addresses.
 *
 * @throws {RrError} saying what went wrong, for a person; `signal.reason` once the signal is aborted
 */
export async function pairHub(
  folder: HubFolder,
  settings: HubSettings,
  how: HubPairing,
  { world, talk }: { readonly world: World; readonly talk: PairTalk },
  signal: AbortSignal,
): Promise<void> {
  const card = await hubCard(folder, settings, world);
  if (how.code !== undefined) {
    const met = await pairAsGuest({ code: how.code, trackers: [], at: how.at }, world, signal);
    await takeKey(folder, met.card, world, talk);
    await met.reply({ ...card, outcome: "joined" });
    return;
  }
  const own = { baseUrl: `http://127.0.0.1:${settings.trackerPort}`, token: card.trackerToken };
  let isRunning = true;
  const { card: theirs } = await pairAsHost(
    {
      gives: "guest",
      trackers: [own],
      card,
      onCode: (code, _ways, problems) => {
        isRunning = problems.length === 0;
        talk.say("On one of your devices, type within 10 minutes:");
        talk.say("");
        talk.say(`    rr pair ${code} --at ${isRunning ? trackerUrl(settings) : hostOf(settings)}`);
        talk.say("");
        if (isRunning) return;
        talk.say(
          "The hub does not run yet, so the device calls this machine itself, at port 8846.",
        );
        talk.say(
          "To pair through its tracker start it first: `rr hub run`, or the service rustory-hub.",
        );
      },
    },
    world,
    signal,
  );
  await takeKey(folder, theirs, world, talk);
  if (!isRunning) talk.say("Start the hub now: `rr hub run`, or the service rustory-hub.");
}

/** As `--at` takes it. */
function hostOf({ host }: HubSettings): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Another key than before is what was asked for; the old one is kept all the same. */
async function takeKey(
  folder: HubFolder,
  { swarmKey, deviceId }: PairCard,
  world: World,
  talk: PairTalk,
): Promise<void> {
  if (swarmKey === undefined) throw new RrError("invalid", "The device gave no swarm key");
  const plan = await planKey(world, folder.swarmKeyPath, swarmKey);
  const kept = installKey(world, folder.swarmKeyPath, swarmKey, plan);
  giveToOwner(folder);
  if (kept !== undefined) talk.say(`The old swarm key is kept in ${kept}`);
  talk.say(`The hub has the swarm key of ${deviceId}.`);
}

async function hubCard(
  folder: HubFolder,
  settings: HubSettings,
  world: World,
): Promise<PairCard> {
  const { peer } = await loadOrCreateIdentity(folder.relayKeyPath, world);
  giveToOwner(folder);
  return {
    version: VERSION,
    deviceId: `hub ${settings.host}`,
    userId: "",
    peer,
    addrs: [],
    trackers: [trackerUrl(settings)],
    trackerToken: hubToken(folder, world),
    relays: [relayAddr(settings, peer)],
    swarmKey: undefined,
    outcome: undefined,
    role: "hub",
  };
}
