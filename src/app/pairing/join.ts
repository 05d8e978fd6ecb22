/** Taking over what the other machine gave: the swarm key, and what stands in the config. */
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { readConfigFile } from "../../config/config_file.ts";
import { folderOf } from "../../base/folder_of.ts";
import type { Settings } from "../../config/settings.ts";
import { type ConfigValue, renderConfig } from "../../config/template.ts";
import { formatSwarmKey, loadSwarmKey, swarmKeyFingerprint } from "../../net/keys/swarm_key.ts";
import type { PairCard } from "../../pair/card.ts";

/** What a swarm key that arrived means for this device. */
export type KeyPlan =
  | { readonly kind: "same" }
  | { readonly kind: "new" }
  | { readonly kind: "replace"; readonly oldFingerprint: string };

/** Compares the key that was given with the one that is here. */
export async function planKey(
  world: Pick<World, "files" | "clock">,
  path: string,
  given: Uint8Array,
): Promise<KeyPlan> {
  const own = await loadSwarmKey(path, world);
  if (own === undefined) return { kind: "new" };
  const oldFingerprint = swarmKeyFingerprint(own.key);
  return swarmKeyFingerprint(given) === oldFingerprint
    ? { kind: "same" }
    : { kind: "replace", oldFingerprint };
}

/**
 * Writes the key, whole or not at all. An old one is kept beside it.
 *
 * @returns where the old key was kept, if there was one
 */
export function installKey(
  world: Pick<World, "files">,
  path: string,
  given: Uint8Array,
  plan: KeyPlan,
): string | undefined {
  if (plan.kind === "same") return undefined;
  world.files.makePrivateFolder(folderOf(path));
  const kept = plan.kind === "replace" ? keepOld(world, path, plan.oldFingerprint) : undefined;
  world.files.replacePrivate(path, formatSwarmKey(given));
  return kept;
}

/**
 * Undoes {@linkcode installKey}, also on a disk that is full: nothing is written.
 *
 * @param kept what it returned; `undefined` if it failed or there was nothing to keep
 */
export function putKeyBack(
  { files }: Pick<World, "files">,
  path: string,
  kept: string | undefined,
  plan: KeyPlan,
): void {
  if (plan.kind === "new") files.remove(path);
  else if (kept !== undefined) files.rename(kept, path);
}

/** The name tells which key it is; the same key need not be kept twice. */
function keepOld(world: Pick<World, "files">, path: string, fingerprint: string): string {
  const backup = `${path}.${fingerprint.slice(0, 8)}.old`;
  const text = world.files.readText(path);
  if (text === undefined) throw new RrError("key", `Cannot keep the old key of "${path}"`);
  world.files.createPrivate(backup, text);
  return backup;
}

/** Keys of the config that the card adds to, with their new values. */
export function configChanges(
  settings: Settings,
  card: PairCard,
  joins: boolean,
): Readonly<Record<string, ConfigValue>> {
  const values: Record<string, ConfigValue> = {};
  const trackers = added(settings.trackers, card.trackers);
  const relays = added(settings.relays, card.relays);
  if (trackers) values.trackers = trackers;
  if (relays) values.relay_addr = relays.length === 1 ? relays[0]! : relays;
  if (card.trackerToken !== undefined && settings.trackerToken === undefined) {
    values.tracker_token = card.trackerToken;
  }
  // Whose history it is: what this device calls its user by chance gives way to what the others say.
  // A hub is of no user.
  const isOther = card.userId !== "" && card.userId !== settings.userId;
  if (joins && settings.origins.userId.source === "default" && isOther) {
    values.user_id = card.userId;
  }
  return values;
}

/** Both lists as one if `more` adds anything. */
function added(own: readonly string[], more: readonly string[]): string[] | undefined {
  const all = [...new Set([...own, ...more])];
  return all.length === own.length ? undefined : all;
}

/** Writes the changes into the config; comments and other keys stay. Creates it if there is none. */
export async function changeConfig(
  world: World,
  settings: Settings,
  changes: Readonly<Record<string, ConfigValue>>,
): Promise<void> {
  const path = settings.configPath;
  const old = readConfigFile(path, world.files);
  if (old.exists && Object.keys(changes).length === 0) return;
  // A name of its own, so that a change of the host name does not make this another device.
  const fresh = {
    db_path: settings.dbPath,
    user_id: settings.userId,
    device_id: settings.deviceId,
  };
  world.files.makePrivateFolder(folderOf(path));
  if (!old.exists || old.text.trim() === "") {
    return void world.files.replacePrivate(path, renderConfig({ ...fresh, ...changes }));
  }
  const { editConfig } = await import("../../config/edit.ts");
  world.files.replacePrivate(path, editConfig(old.text, changes));
}
