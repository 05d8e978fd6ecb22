/** The folder of a hub: all it needs to remember, apart from what the machine's user has. */
import { chownSync, rmdirSync, rmSync, statSync } from "node:fs";
import * as v from "valibot";
import { toBase64Url } from "../../base/bytes.ts";
import { RrError } from "../../base/rr_error.ts";
import type { World } from "../../base/world.ts";
import { HUB_STATE } from "../../service/server_units.ts";
import { spoolFolder } from "../../config/paths.ts";

/** Where a hub's files are. */
export interface HubFolder {
  readonly path: string;
  readonly tokenPath: string;
  readonly swarmKeyPath: string;
  readonly relayKeyPath: string;
  readonly identityKeyPath: string;
  readonly dbPath: string;
  readonly settingsPath: string;
}

/** What was said at the installation. */
export interface HubSettings {
  /** The name or address under which devices reach the hub. */
  readonly host: string;
  readonly trackerPort: number;
  /** The same as the tracker's where one port serves both. */
  readonly relayPort: number;
  /** The tracker's URL for devices, where a reverse proxy stands in front; else it follows from `host`. */
  readonly url?: string | undefined;
  /** Whether the hub keeps the history too, as an always-on device. */
  readonly peer: boolean;
}

const Port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const isHost = (text: string): boolean =>
  /^[A-Za-z0-9.-]{1,253}$/.test(text) || (text.includes(":") && URL.canParse(`http://[${text}]`));
const Shape = v.object({
  host: v.pipe(v.string(), v.check(isHost)),
  trackerPort: Port,
  relayPort: Port,
  url: v.optional(v.string()),
  peer: v.boolean(),
});

/** Random bytes of a token: 43 characters that nobody guesses. */
const TOKEN_BYTES = 32;

/** The folder at `path`. */
export function hubFolder(path: string): HubFolder {
  return {
    path,
    tokenPath: `${path}/token`,
    swarmKeyPath: `${path}/swarm.key`,
    relayKeyPath: `${path}/relay.key`,
    identityKeyPath: `${path}/identity.key`,
    dbPath: `${path}/history.db`,
    settingsPath: `${path}/hub.json`,
  };
}

/**
 * What was said at the installation.
 *
 * @throws {RrError} `config` if there is no hub in the folder, or its file is broken
 */
export function readHub(folder: HubFolder, { files }: Pick<World, "files">): HubSettings {
  const text = files.readText(folder.settingsPath);
  if (text === undefined) {
    throw new RrError("config", `There is no hub in "${folder.path}"`, {
      hint: "Make one with `rr hub install --host <name>`",
    });
  }
  try {
    return v.parse(Shape, JSON.parse(text));
  } catch (cause) {
    throw new RrError("config", `Cannot read "${folder.settingsPath}"`, {
      cause,
      hint: "Run `rr hub install --host <name>` again: keys and token stay",
    });
  }
}

/** What was said at an earlier installation; `undefined` if there was none, or its file is broken. */
export function hubBefore(
  folder: HubFolder,
  world: Pick<World, "files">,
): HubSettings | undefined {
  if (world.files.stat(folder.settingsPath) === undefined) return undefined;
  try {
    return readHub(folder, world);
  } catch (error) {
    if (error instanceof RrError && error.code === "config") return undefined;
    throw error;
  }
}

/** Writes it, and makes the token if there is none. */
export function writeHub(
  folder: HubFolder,
  settings: HubSettings,
  { files, random }: Pick<World, "files" | "random">,
): void {
  if (!v.is(Shape, settings)) {
    throw new RrError("usage", `Cannot use ${JSON.stringify(settings.host)} as the hub's name`, {
      hint: "Give the name or IP address by which devices reach it, such as hub.example.org; " +
        "--tracker-port says the port",
    });
  }
  files.makePrivateFolder(folder.path);
  files.replacePrivate(folder.settingsPath, `${JSON.stringify(settings)}\n`);
  files.createPrivate(folder.tokenPath, `${toBase64Url(random.bytes(TOKEN_BYTES))}\n`);
  giveToOwner(folder);
}

/** The token that the tracker asks for. */
export function hubToken(folder: HubFolder, { files }: Pick<World, "files">): string {
  const token = files.readText(folder.tokenPath)?.trim();
  if (token) return token;
  throw new RrError("config", `There is no token in "${folder.tokenPath}"`, {
    hint: "Run `rr hub install` again",
  });
}

/** What root has written here is the service's, which runs as the folder's owner. */
export function giveToOwner(folder: HubFolder): void {
  const { uid, gid } = statSync(folder.path);
  const { tokenPath, swarmKeyPath, relayKeyPath, identityKeyPath, settingsPath } = folder;
  for (const path of [tokenPath, swarmKeyPath, relayKeyPath, identityKeyPath, settingsPath]) {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info && info.uid !== uid) chownSync(path, uid, gid);
  }
}

/** The tracker as devices are to know it. */
export function trackerUrl({ url, host, trackerPort }: HubSettings): string {
  return url ?? `http://${host.includes(":") ? `[${host}]` : host}:${trackerPort}`;
}

/** The relay as devices are to know it. */
export function relayAddr(settings: HubSettings, peer: string): string {
  return `${relayPlace(settings)}/p2p/${peer}`;
}

/** Where the relay is for devices. */
export function relayPlace({ host, relayPort }: HubSettings): string {
  const kind = host.includes(":") ? "ip6" : /^[\d.]+$/.test(host) ? "ip4" : "dns";
  return `/${kind}/${host}/tcp/${relayPort}`;
}

/** Whether tracker and relay are behind one port. */
export function isOnePort({ trackerPort, relayPort }: HubSettings): boolean {
  return trackerPort === relayPort;
}

/** What is in a folder by name: a person may have named one that holds other things too. */
const OWN = /^(hub\.json|token|(swarm|relay|identity)\.key(\..*)?|(history\.db|hub)([-.].*)?)$/;

/** Removes what a hub has written; the folder too if that was all, or if it is a service's own. */
export function removeHub(folder: HubFolder, { files }: Pick<World, "files">): void {
  const { path } = folder;
  // systemd makes that of a service a link; what the runtime caches there is of no use to anybody else.
  const real = files.realPath(path) ?? path;
  if (path === HUB_STATE) rmSync(real, { recursive: true, force: true });
  else removeOwn(folder, files);
  if (real !== path && files.stat(real) === undefined) files.remove(path);
}

function removeOwn({ path, dbPath }: HubFolder, files: World["files"]): void {
  const spool = spoolFolder(dbPath);
  for (const name of files.list(spool)) files.remove(`${spool}/${name}`);
  for (const name of files.list(path)) if (OWN.test(name)) files.remove(`${path}/${name}`);
  for (const one of [spool, path]) {
    try {
      rmdirSync(one);
    } catch {
      // It holds something that is not ours, or is none.
    }
  }
}
