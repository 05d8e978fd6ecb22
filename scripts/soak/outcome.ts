/** What has to hold when the trouble is over. */
import { DatabaseSync } from "node:sqlite";
import { say } from "../tools.ts";
import type { Server, Victim } from "./cast.ts";
import type { Records } from "./records.ts";

/** For all to settle after the last trouble: a few rounds with back-off. */
const SETTLE_MS = 180_000;
/** The proxies run in this process too, and must have their turns between two looks. */
const BREATH_MS = 50;
const REST = 3;
/** For a listener to say something. */
const ANSWER_MS = 15_000;

/** Waits until every device has every command; how many each one lacks in the end. */
export async function untilEqual(
  victims: readonly Victim[],
  records: Records,
  sleep: (ms: number) => Promise<void>,
): Promise<number[]> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const started = performance.now();
    const lacking = await oneByOne(victims, (one) => idsLacking(one, records.ids), sleep);
    const lost = records.forgivable.filter((id) => lacking.every((ids) => ids.has(id)));
    const missing = lacking.map((ids) => ids.size - lost.length);
    const hasAll = missing.every((count) => count === 0);
    const left = hasAll ? await oneByOne(victims, (one) => deletedLeft(one, records), sleep) : [];
    const isDone = hasAll && left.every((count) => count === 0);
    if (isDone || performance.now() > end) {
      if (lost.length > 0) {
        say(`${lost.length} commands went with the histories that were replaced`);
      }
      return missing;
    }
    await sleep(Math.max(1000, REST * (performance.now() - started)));
  }
}

async function oneByOne<T>(
  victims: readonly Victim[],
  look: (victim: Victim) => Promise<T>,
  sleep: (ms: number) => Promise<void>,
): Promise<T[]> {
  const seen: T[] = [];
  for (const victim of victims) {
    seen.push(await look(victim));
    await sleep(BREATH_MS);
  }
  return seen;
}

async function idsLacking(
  { device }: Victim,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  return await device.look((history) => new Set(ids.filter((id) => !history.log.has(id))));
}

/** How many of the deleted commands a device still has, be it as bytes of some file. */
export async function deletedLeft({ device }: Victim, { deleted }: Records): Promise<number> {
  const kept = await device.look((history) =>
    [...deleted.keys()].filter((id) => history.log.has(id))
  );
  const bytes = bytesBelow(`${device.home}/.rustory`);
  const seen = [...deleted].filter(([id, text]) => kept.includes(id) || bytes.includes(text));
  return seen.length;
}

/** All that stands in the files of a folder, also in what SQLite keeps beside the history. */
function bytesBelow(folder: string): string {
  const parts: string[] = [];
  for (const { name, isFile, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) parts.push(bytesBelow(path));
    if (isFile) parts.push(bytesOf(path));
  }
  return parts.join("");
}

function bytesOf(path: string): string {
  try {
    return new TextDecoder("latin1").decode(Deno.readFileSync(path));
  } catch {
    return ""; // it went away meanwhile
  }
}

/** Commands that are there more than once; each has a text of its own. */
export function doubles({ device }: Victim): number {
  using db = new DatabaseSync(device.database, { readOnly: true });
  const row = db.prepare("SELECT count(*) - count(DISTINCT cmd) AS n FROM entries").get();
  return Number(row!.n);
}

/** The listeners that nobody can connect to: a node says something as soon as it has taken one in. */
export async function deafOf(
  victims: readonly Victim[],
  servers: readonly Server[],
): Promise<string[]> {
  const ports = victims.flatMap(({ device, port }) =>
    port === undefined ? [] : [{ name: device.name, port }]
  );
  for (const { name, port } of servers) ports.push({ name, port });
  const deaf = await Promise.all(ports.map(async ({ name, port }) => {
    return await isAnswered(port, name === "tracker") ? [] : [name];
  }));
  return deaf.flat();
}

async function isAnswered(port: number, isHttp: boolean): Promise<boolean> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
  if (connection === undefined) return false;
  const timer = setTimeout(() => connection.close(), ANSWER_MS);
  try {
    const request = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    if (isHttp) await connection.write(new TextEncoder().encode(request));
    return (await connection.read(new Uint8Array(64)) ?? 0) > 0;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch {
      // by the timer
    }
  }
}
