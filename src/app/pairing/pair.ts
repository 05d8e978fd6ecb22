/** `rr pair`, whole: from the code to the first sync, on either side. */
import { counted } from "../../base/grouped.ts";
import { RrError } from "../../base/rr_error.ts";
import { silentLogger } from "../../base/log.ts";
import type { World } from "../../base/world.ts";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { loadOrCreateIdentity } from "../../net/keys/identity.ts";
import { swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import type { PairCard } from "../../pair/card.ts";
import type { PairCode } from "../../pair/code.ts";
import { openHistory } from "../../store/file/open_history.ts";
import { loadExistingKeys, loadKeys } from "../session/keys.ts";
import { keyPathsOf } from "../session/network_options.ts";
import {
  type FirstSyncDeps,
  openHostSession,
  syncAsGuest,
  tellDaemon,
  untilDaemonMet,
} from "./first_sync.ts";
import { checkAt, type Met, pairAsGuest } from "./guest.ts";
import { pairAsHost } from "./host.ts";
import { changeConfig, configChanges, installKey, planKey, putKeyBack } from "./join.ts";
import { ownCard, statusOfDaemon } from "./own_card.ts";
import { type PairTalk, report, sayOfDaemon, sayOfOneName } from "./report.ts";
import { pairByStdio, pairOverSsh } from "./ssh.ts";

/** What both sides work with. */
export interface PairDeps {
  readonly world: World;
  readonly talk: PairTalk;
}

/** Shows a code, or logs in by ssh, and lets one machine in. */
export async function letIn(
  settings: Settings,
  how: { readonly ssh: string | undefined; readonly yes: boolean },
  deps: PairDeps,
  signal: AbortSignal,
): Promise<void> {
  const { world, talk } = deps;
  const logger = silentLogger();
  const keys = await loadKeys(keyPathsOf(settings), world, logger);
  using history = openHistory(settings.dbPath, world);
  const sync: FirstSyncDeps = { world, history, logger };
  const status = await statusOfDaemon(world, settings.dbPath, signal);
  await using own = status === undefined ? await openHostSession(settings, keys, sync) : undefined;
  const addrs = own?.addrs ?? status?.listening ?? [];
  const card = ownCard(settings, keys.identity.peer, addrs, { swarmKey: keys.swarmKey });
  using far = how.ssh === undefined
    ? undefined
    : await pairOverSsh({ target: how.ssh, card, yes: how.yes }, world, signal);
  const theirs = far?.card ?? await showCode(settings, card, deps, signal);
  if (theirs.outcome === "declined") {
    throw new RrError("network", `${theirs.deviceId} has declined: it keeps its own swarm key`);
  }
  await refuseSwappedKeys(settings, keys.swarmKey, theirs, deps);
  await takeOver(settings, theirs, false, deps);
  sayOfOneName(settings, theirs, talk);
  if (theirs.role === "hub") {
    return talk.say(
      `${theirs.deviceId} has the swarm key, and its tracker and relay are known here.`,
    );
  }
  talk.say(`${theirs.deviceId} has joined. Waiting for its first sync ...`);
  const first = own === undefined
    ? await untilDaemonMet(theirs, settings.dbPath, sync, signal)
    : await own.untilSynced(theirs, signal);
  await far?.finished;
  report(theirs, first, talk);
  sayOfDaemon(settings, first, deps);
}

/** Where each machine typed the code of the other, both would now have what was the other's key. */
async function refuseSwappedKeys(
  settings: Settings,
  given: Uint8Array,
  theirs: PairCard,
  { world }: PairDeps,
): Promise<void> {
  if ((await planKey(world, settings.swarmKeyPath, given)).kind === "same") return;
  throw new RrError(
    "key",
    `${theirs.deviceId} has taken the key that this machine had: meanwhile this machine has another`,
    { hint: "Show a code on one machine only: run `rr pair` here again, and type its code there" },
  );
}

async function showCode(
  settings: Settings,
  card: PairCard,
  { world, talk }: PairDeps,
  signal: AbortSignal,
): Promise<PairCard> {
  const { card: theirs } = await pairAsHost(
    {
      gives: "host",
      trackers: trackersOf(settings),
      card,
      onCode: (code, ways, problems) => {
        talk.say("On the other machine, type within 10 minutes:");
        talk.say("");
        talk.say(`    rr pair ${code}`);
        talk.say("");
        talk.say(`It finds this one by ${ways.join(" and by ")}.`);
        for (const problem of problems) talk.say(`Not possible: ${problem}`);
      },
    },
    world,
    signal,
  );
  return theirs;
}

/** Types a code: joins the swarm of the machine that shows it. */
export async function joinBy(
  settings: Settings,
  how: {
    readonly code: PairCode | "stdio";
    readonly at: string | undefined;
    readonly yes: boolean;
  },
  deps: PairDeps,
  signal: AbortSignal,
): Promise<void> {
  const { world, talk } = deps;
  checkAt(how.at);
  if (how.code !== "stdio") talk.say("Looking for the other machine ...");
  const met = how.code === "stdio" ? await pairByStdio(world, signal) : await pairAsGuest(
    { code: how.code, trackers: trackersOf(settings), at: how.at },
    world,
    signal,
  );
  talk.say(`Found ${met.card.deviceId} by ${met.way}.`);
  if (met.gives === "guest") return await giveKey(settings, met, deps, signal);
  const before = commandsHere(settings, world);
  await takeKey(settings, met, how.yes, deps);
  sayOfOneName(settings, met.card, talk);
  const logger = silentLogger();
  const now = loadSettings(world, { dbPath: settings.dbPath });
  const keys = await loadExistingKeys(keyPathsOf(now), world);
  using history = openHistory(now.dbPath, world);
  const first = await syncAsGuest(
    now,
    keys,
    met.card,
    { world, history, logger, before },
    signal,
  );
  report(met.card, first, talk);
  sayOfDaemon(now, first, deps);
}

/** The other one is a hub: it is given our key, and we take its addresses. */
async function giveKey(
  settings: Settings,
  met: Met,
  deps: PairDeps,
  signal: AbortSignal,
): Promise<void> {
  const { world, talk } = deps;
  const keys = await loadKeys(keyPathsOf(settings), world, silentLogger());
  const status = await statusOfDaemon(world, settings.dbPath, signal);
  const card = ownCard(settings, keys.identity.peer, status?.listening ?? [], {
    swarmKey: keys.swarmKey,
    outcome: "joined",
  });
  await met.reply(card);
  await takeOver(settings, met.card, false, deps);
  const told = await tellDaemon(world, settings.dbPath);
  talk.say(
    `${met.card.deviceId} has the swarm key now, and this machine knows its tracker and relay.`,
  );
  if (!told) talk.say("They are used from the next `rr p2p-sync` on.");
}

/** Takes the swarm key and the settings, after asking where there is something to lose. */
async function takeKey(settings: Settings, met: Met, yes: boolean, deps: PairDeps): Promise<void> {
  const { world, talk } = deps;
  const { card } = met;
  const identity = await loadOrCreateIdentity(settings.p2pIdentityKeyPath, world);
  const reply = (outcome: "joined" | "already" | "declined"): Promise<void> =>
    met.reply(ownCard(settings, identity.peer, [], { outcome, trackerToken: undefined }));
  if (card.swarmKey === undefined) throw new RrError("invalid", "The other machine gave no key");
  const plan = await planKey(world, settings.swarmKeyPath, card.swarmKey);
  if (plan.kind === "replace" && !yes && !mayReplace(settings, plan.oldFingerprint, met, deps)) {
    await reply("declined");
    throw new RrError("key", "Nothing was changed: this machine keeps its own swarm key", {
      hint: "With `--yes` the key is replaced; the old one is kept beside it",
    });
  }
  let kept: string | undefined;
  try {
    kept = installKey(world, settings.swarmKeyPath, card.swarmKey, plan);
    await takeOver(settings, card, true, deps);
  } catch (error) {
    // All or nothing: with the key alone it would look for the others in the wrong places.
    putKeyBack(world, settings.swarmKeyPath, kept, plan);
    await reply("declined").catch(() => {}); // `error` says more
    throw error;
  }
  await reply(plan.kind === "same" ? "already" : "joined").catch(() => {
    // It has given the key, and sees by the first sync that it was taken.
    talk.say(`${card.deviceId} could not be told: the connection broke.`);
  });
  if (plan.kind === "same") talk.say("Both had the same swarm key already.");
  if (kept !== undefined) talk.say(`The old swarm key is kept in ${kept}`);
}

/** How many commands the history has; none where there is no history yet. */
function commandsHere({ dbPath }: Settings, world: World): number {
  if (world.files.stat(dbPath) === undefined) return 0;
  using history = openHistory(dbPath, world);
  return history.log.count();
}

/** Whether a person agrees to leave the swarm that this machine is in. A key that nothing depends on may go. */
function mayReplace(
  settings: Settings,
  fingerprint: string,
  { card }: Met,
  { world, talk }: PairDeps,
): boolean {
  const count = commandsHere(settings, world);
  if (count === 0) return true;
  talk.say(
    `This machine has a history of ${
      counted(count, "command")
    } and another swarm key (${fingerprint}).`,
  );
  talk.say(`With the key of ${card.deviceId} (${swarmKeyFingerprint(card.swarmKey!)}):`);
  talk.say("  - both histories become one, on both machines;");
  talk.say(
    "  - devices that have the old key no longer sync with this one until they are paired too;",
  );
  talk.say("  - the old key is kept beside the new one.");
  return talk.ask("Replace the key?") ?? false;
}

async function takeOver(
  settings: Settings,
  card: PairCard,
  joins: boolean,
  { world, talk }: PairDeps,
): Promise<void> {
  const changes = configChanges(settings, card, joins);
  await changeConfig(world, settings, changes);
  for (const [key, value] of Object.entries(changes)) {
    const shown = key === "tracker_token" ? "(as given)" : [value].flat().join(", ");
    const before = key === "user_id" ? ` (it was ${settings.userId})` : "";
    talk.say(`Set ${key} = ${shown}${before}`);
  }
  if (Object.keys(changes).length > 0) await tellDaemon(world, settings.dbPath);
}

function trackersOf(settings: Settings): { baseUrl: string; token: string | undefined }[] {
  return settings.trackers.map((baseUrl) => ({ baseUrl, token: settings.trackerToken }));
}
