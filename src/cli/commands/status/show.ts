/** `rr status`, behind its flags. */
import { grouped } from "../../../base/grouped.ts";
import { askStatus, watchStatus } from "../../../app/ask_daemon.ts";
import type { DaemonStatus } from "../../../app/daemon/status/daemon_status.ts";
import { stopOnSignals } from "../../../process/stop_signals.ts";
import { RrError } from "../../../base/rr_error.ts";
import type { World } from "../../../base/world.ts";
import { printable } from "../../../base/printable.ts";
import { ExitCode } from "../../exit_code.ts";
import { localTime } from "../../../base/local_time.ts";
import { incidentSentence } from "../../print/incident_text.ts";
import { peerLines } from "./peer_lines.ts";
import { secondsText } from "./seconds_text.ts";
import { barOf, sentenceOf } from "./sentence.ts";
import { toldApart } from "./told_apart.ts";
import { folded } from "../../print/fold.ts";
import { jsonForOutput, paletteFor, printJson } from "../../print/print.ts";

/** How the status is shown. */
export interface StatusFlags {
  readonly json: boolean;
  readonly watch: boolean;
  /** With what only a program or a second look needs: told anyway where no person reads. */
  readonly verbose: boolean;
}

const LABEL_COLUMNS = 10;
const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

/** Shows the status of the daemon of a database, once or again and again. */
export async function showStatus(
  world: World,
  dbPath: string,
  flags: StatusFlags,
): Promise<number> {
  try {
    if (flags.watch) return await watch(world, dbPath, flags);
    const status = await askStatus(dbPath);
    if (flags.json) printJson(world, status);
    else world.stdout.write(formatStatus(status, world, await restartHere(world, status), flags));
    return ExitCode.OK;
  } catch (error) {
    if (!(error instanceof RrError) || error.code !== "not-found") throw error;
    const { daemonWays } = await import("../../machine/daemon_ways.ts");
    const { start: hint } = await daemonWays(world);
    throw new RrError("not-found", "No daemon runs for this history", { hint });
  }
}

async function watch(world: World, dbPath: string, flags: StatusFlags): Promise<number> {
  using stop = stopOnSignals(world);
  // How the daemon was started does not change while it is watched.
  const restart = await restartHere(world);
  const show = (status: DaemonStatus): void => {
    const clear = world.stdout.isTerminal() ? CLEAR : "";
    if (flags.json) world.stdout.write(`${jsonForOutput(world, JSON.stringify(status))}\n`);
    else world.stdout.write(clear + formatStatus(status, world, restart, flags));
  };
  try {
    await watchStatus(dbPath, show, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return ExitCode.OK;
}

/** What starts the daemon anew; the service manager is asked only if that is to be said. */
async function restartHere(world: World, status?: DaemonStatus): Promise<string> {
  if (status !== undefined && (status.needs_restart ?? []).length === 0) return "";
  const { daemonWays } = await import("../../machine/daemon_ways.ts");
  return (await daemonWays(world, status?.pid)).restart;
}

/** The status as text, lines ending in newlines; `restart` is what starts the daemon anew. */
function formatStatus(
  told: DaemonStatus,
  world: World,
  restart: string,
  { verbose }: StatusFlags,
): string {
  const { bold } = paletteFor(world, world.stdout);
  const status = { ...told, peers: toldApart(told.peers) };
  // What comes from other machines must not act on the terminal.
  const row = (label: string, text: string): string =>
    folded(
      world.stdout,
      `${bold(label.padEnd(LABEL_COLUMNS))} ${printable(text)}`,
      LABEL_COLUMNS + 1,
    );
  const now = world.clock.now() / 1000;
  const rss = Math.round(status.rss_bytes / 1024 / 1024);
  const absorb = absorbText(status);
  const isWhole = verbose || !world.stdout.isTerminal();
  const lines = [
    folded(world.stdout, bold(printable(sentenceOf(status, restart))), 0),
    ...peerLines(status.peers, now).map((line) => folded(world.stdout, printable(line))),
    // An older daemon does not tell.
    ...(status.incidents ?? []).map((one) => row("happened", incidentSentence(one, when))),
    // A person has read the first one as the sentence.
    ...(status.problems ?? []).slice(isWhole ? 0 : 1).map((problem) => row("problem", problem)),
    ...(status.needs_restart ?? []).map((key) => row("waits", `${key}: for ${restart}`)),
    row(
      "daemon",
      `pid ${status.pid}, version ${status.version}, up ${
        secondsText(status.uptime_sec)
      }, ${rss} MiB`,
    ),
    row("device", `${status.device_id} of ${status.user_id}`),
    ...isWhole
      ? [
        row("history", status.db_path),
        row("peer id", status.peer_id ?? "(starting)"),
        ...status.listening.map((addr) => row("listening", addr)),
      ]
      : [],
    ...status.relays.map((one) => row("relay", `${one.relay} (${placeText(one)})`)),
    ...status.trackers.map((one) => row("tracker", `${one.url} ${askedText(one)}`)),
    ...absorb === undefined ? [] : [row("protocol", absorb)],
    row(
      "last round",
      `${ago(status.last_round_unix, now)}, every ${secondsText(status.interval_sec)}`,
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

// What stands before it on the line is not said again.
function placeText({ relay, reserved, error }: DaemonStatus["relays"][number]): string {
  if (reserved) return "reachable through it";
  // An older daemon does not tell why.
  return `no place reserved${error ? `: ${error.replace(`relay ${relay}: `, "")}` : ""}`;
}

function askedText({ url, error, answered }: DaemonStatus["trackers"][number]): string {
  // An older daemon does not tell whether it has answered.
  if (error === null) return answered === false ? "(has not answered yet)" : "(ok)";
  const [what, why] = error.split(` at tracker ${url}: `);
  return why === undefined ? error : `(${what}: ${why})`;
}

/** A day and a minute, as the reader's clock shows them. */
function when(unix: number): string {
  return localTime(unix * 1000).slice(0, "2026-01-31 12:00".length);
}

function ago(unix: number | null, now: number): string {
  return unix === null ? "never" : `${secondsText(Math.max(0, now - unix))} ago`;
}

/** `null` if protocol 2 is spoken already, or is not to be. */
function absorbText({ left_to_absorb, local_head }: DaemonStatus): string | undefined {
  if (left_to_absorb === null || left_to_absorb === undefined || left_to_absorb <= 0) {
    return undefined;
  }
  const bar = barOf(Math.max(0, local_head - left_to_absorb), left_to_absorb);
  return `1, and 2 once ${grouped(left_to_absorb)} commands more are summed up ${bar}`;
}
