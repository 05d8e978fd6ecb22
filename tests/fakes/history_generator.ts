/**
 * A made-up shell history that behaves like a real one: sessions in folders on several hosts, a few
 * commands typed all the time (Zipf), repeats of recent ones, multi-line and non-ASCII commands, a
 * tail up to 12 KB, failures. The same options give the same entries, on every machine.
 *
 * Shape after published figures of real histories: 30 % to 66 % of the rows are distinct commands,
 * their mean length is about 36 to 47 bytes.
 */
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import { uuidV7 } from "../../src/history/uuid.ts";
import { freshCommand, HEAD_COMMANDS } from "./history_commands.ts";
import { type Choices, seededChoices } from "./choices.ts";

/** What the history looks like. */
export interface HistoryShape {
  /** @default {1} */
  readonly seed?: number;
  /** Share of rows whose command was never typed before; 0.3 and 0.65 are the usual two. @default {0.3} */
  readonly uniqueShare?: number;
  /** Devices that took part, each with its own host name. @default {5} */
  readonly devices?: number;
  /** Time of the first entry, milliseconds. @default {2021-01-01} */
  readonly startMs?: number;
  /** Mean time between two entries, milliseconds. @default {150 s: a million make five years} */
  readonly meanGapMs?: number;
  /** Ids as the original makes them (4, random) or as we do (7, sorted by time). @default {7} */
  readonly idVersion?: 4 | 7;
}

interface Device {
  readonly deviceId: DeviceId;
  readonly hostname: string;
  readonly shell: string;
  readonly skewMs: number;
}

interface Session {
  readonly device: Device;
  readonly id: string;
  cwd: string;
  left: number;
}

const HOSTS = ["laptop", "desk", "build-01", "pi", "vps-fra", "mac", "nas", "lab", "ci", "old"];
// Repeats reach back this many distinct commands; older ones come back through the Zipf head only.
const RECENT = 4096;
const OPEN_SESSIONS_PER_DEVICE = 3;
const MEAN_SESSION_COMMANDS = 24;

/** `count` entries in the order they were typed. */
export function* generateHistory(count: number, shape: HistoryShape = {}): Generator<Entry> {
  const { seed = 1, uniqueShare = 0.3, devices: deviceCount = 5, idVersion = 7 } = shape;
  const { startMs = Date.UTC(2021, 0, 1), meanGapMs = 150_000 } = shape;
  const random = seededChoices(seed);
  const devices = Array.from({ length: deviceCount }, (_, i) => makeDevice(i, random));
  const folders = makeFolders(random);
  const sessions: Session[] = [];
  const recent: string[] = [];
  let newest = 0;
  let now = startMs;
  for (let i = 0; i < count; i++) {
    now += gapMs(meanGapMs, random);
    const slot = random.below(deviceCount * OPEN_SESSIONS_PER_DEVICE);
    let session = sessions[slot];
    if (session === undefined || session.left-- <= 0) {
      session = openSession(devices[slot % deviceCount]!, now, folders, random);
      sessions[slot] = session;
    }
    if (random.unit() < 0.05) session.cwd = random.skewed(folders);
    const command = nextCommand();
    yield makeEntry(session, now, command, idVersion, random);
  }

  function nextCommand(): string {
    if (random.unit() < uniqueShare) {
      const command = freshCommand(random);
      recent[newest++ % RECENT] = command;
      return command;
    }
    if (recent.length === 0 || random.unit() < 0.6) return random.zipf(HEAD_COMMANDS);
    const back = Math.floor(recent.length ** random.unit());
    return recent[(newest - back + RECENT) % recent.length]!;
  }
}

/** The same as an array. */
export function generateEntries(count: number, shape: HistoryShape = {}): Entry[] {
  return Array.from(generateHistory(count, shape));
}

function makeDevice(index: number, random: Choices): Device {
  const name = HOSTS[index % HOSTS.length]! + (index < HOSTS.length ? "" : `-${index}`);
  return {
    deviceId: `${name}-${random.hex(4)}` as DeviceId,
    hostname: `${name}.local`,
    shell: index % 3 === 1 ? "bash" : "zsh",
    skewMs: index === 0 ? 0 : random.below(180_000) - 90_000,
  };
}

// About 600 folders: 60 repositories with their inner folders, and a few places outside.
function makeFolders(random: Choices): string[] {
  const folders = ["/home/ana", "/tmp", "/etc", "/home/ana/notes", "/home/ana/Bilder/Sommer ☀"];
  for (let repo = 0; repo < 60; repo++) {
    const root = `/home/ana/src/${random.pick(["api", "web", "infra", "lib", "play"])}-${repo}`;
    folders.push(root);
    for (const inner of ["src", "src/core", "tests", "docs", "build", "src/util", "deploy/k8s"]) {
      if (random.unit() < 0.8) folders.push(`${root}/${inner}`);
    }
    folders.push(`${root}/packages/part-${random.below(20)}`);
  }
  return folders;
}

function openSession(
  device: Device,
  now: number,
  folders: readonly string[],
  random: Choices,
): Session {
  const left = Math.ceil(-Math.log(1 - random.unit()) * MEAN_SESSION_COMMANDS);
  return { device, id: uuidV7(now, random.bytes(10)), cwd: random.skewed(folders), left };
}

// Bursts with breaks: most gaps are seconds, some are hours; at least 1 ms, so ids sort by time.
function gapMs(meanMs: number, random: Choices): number {
  const unit = random.unit();
  const share = unit < 0.9 ? random.unit() * 0.4 : random.unit() * 16.4;
  return 1 + Math.floor(meanMs * share);
}

function makeEntry(
  session: Session,
  now: number,
  command: string,
  idVersion: 4 | 7,
  random: Choices,
): Entry {
  const startedAtMs = now + session.device.skewMs;
  const id = uuidV7(idVersion === 7 ? startedAtMs : random.below(2 ** 48), random.bytes(10));
  return {
    id: (idVersion === 7 ? id : shuffledId(id, random)) as Entry["id"],
    deviceId: session.device.deviceId,
    userId: "ana",
    startedAtMs,
    command,
    cwd: session.cwd,
    exitCode: exitCode(random),
    durationMs: Math.floor(Math.exp(random.unit() * random.unit() * 16)),
    shell: session.device.shell,
    hostname: session.device.hostname,
    version: "0.1.0",
    session: session.id,
  };
}

// The version digit is all that tells a v4 from a v7 to a reader; the rest is random already.
function shuffledId(id: string, random: Choices): string {
  return `${random.hex(8)}-${random.hex(4)}-4${id.slice(15)}`;
}

function exitCode(random: Choices): number {
  const unit = random.unit();
  if (unit < 0.86) return 0;
  if (unit < 0.94) return 1;
  return random.pick([2, 127, 130, 128, 137, 255, 126, 143]);
}
