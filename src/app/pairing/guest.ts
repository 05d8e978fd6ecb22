/** The side on which the code is typed, from finding the other one to its card. */
import { timeLimit } from "../../base/async/timer.ts";
import { RrError, toError } from "../../base/rr_error.ts";
import type { PairCard } from "../../pair/card.ts";
import { formatCode, type PairCode } from "../../pair/code.ts";
import { startGuest } from "../../pair/exchange.ts";
import { pairFailure } from "./failure.ts";
import { type GuestLine, WayError } from "./lines.ts";
import { parseTrackerUrl } from "../../tracker/client/tracker_url.ts";
import { findMailbox, type TrackerPlace } from "./mailbox.ts";
import { callHost, findOnNetwork, PAIR_PORT, type WayDeps } from "./tcp.ts";

/** Where a guest looks for the host. */
export interface GuestPlan {
  readonly code: PairCode;
  /** The trackers of our own config. */
  readonly trackers: readonly TrackerPlace[];
  /** `host`, `host:port` or the URL of a tracker; then nothing else is tried. */
  readonly at: string | undefined;
}

/** A host that has shown that it knows the code. */
export interface Met {
  /** The way that was taken, for people. */
  readonly way: string;
  readonly card: PairCard;
  /** Which side gives its swarm key. */
  readonly gives: "host" | "guest";
  /** Tells the host how it went, with our card. */
  reply(card: PairCard): Promise<void>;
}

/** How long to look for the host: greetings on the network take a second, a busy tracker some. */
const SEARCH_MS = 8_000;
/** How long the host may take to answer, once it was found. */
const OFFER_MS = 60_000;

/**
 * Finds the host of a code on all ways at once and takes its card.
 *
 * @throws {RrError} saying what went wrong, for a person; `signal.reason` once the signal is aborted
 */
export async function pairAsGuest(
  plan: GuestPlan,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<Met> {
  using search = timeLimit(deps.clock, SEARCH_MS, signal);
  const ways = waysOf(plan, deps, signal, search.signal);
  try {
    return await meet(plan.code, await Promise.any(ways), deps, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AggregateError) throw notFound(plan, error.errors);
    throw error instanceof WayError
      ? new RrError("network", `Cannot pair: ${error.message}`, {
        hint: "Run `rr pair` on the other machine again, and type the new code",
      })
      : error;
  } finally {
    search.abort(new Error("the pairing is over"));
  }
}

/** The messages after the hello has come. */
export async function meet(
  code: PairCode,
  line: GuestLine,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<Met> {
  const started = startGuest(code, line.hello, deps.random);
  if (!started.ok) {
    // Here and below: what has failed is told, whether or not the other side still hears of it.
    if (started.send) await line.send("answer", started.send).catch(() => {});
    throw pairFailure(started.why, "guest");
  }
  await line.send("answer", started.value.answer);
  using patience = timeLimit(deps.clock, OFFER_MS, signal);
  const offer = started.value.offer(
    await line.offer(patience.signal).catch((error) => {
      signal.throwIfAborted();
      throw new WayError(`the other machine has not answered (${toError(error).message})`);
    }),
  );
  if (!offer.ok) {
    if (offer.send) await line.send("reply", offer.send).catch(() => {});
    throw pairFailure(offer.why, "guest");
  }
  const { card, reply } = offer.value;
  return {
    way: line.name,
    card,
    gives: started.value.gives,
    reply: (own) => line.send("reply", reply(own)),
  };
}

function waysOf(
  { code: { number }, trackers, at }: GuestPlan,
  deps: WayDeps,
  signal: AbortSignal,
  search: AbortSignal,
): Promise<GuestLine>[] {
  if (at !== undefined && isUrl(at)) {
    return [findMailbox({ baseUrl: at }, number, deps, signal)];
  }
  if (at !== undefined) {
    const { host, port } = parseAt(at);
    return [callHost(host, port, number, deps, signal)];
  }
  return [
    findOnNetwork(number, deps, search),
    ...trackers.map((one) => findMailbox(one, number, deps, signal)),
  ];
}

function isUrl(at: string): boolean {
  return /^https?:\/\//i.test(at);
}

/**
 * Refuses an `--at` that is neither a host nor a URL.
 *
 * @throws {RrError} `usage`
 */
export function checkAt(at: string | undefined): void {
  if (at === undefined) return;
  if (!isUrl(at)) return void parseAt(at);
  try {
    parseTrackerUrl(at);
  } catch (error) {
    throw new RrError("usage", `Cannot use --at: ${toError(error).message}`);
  }
}

/**
 * `host`, `host:port`, `[v6]` or `[v6]:port`.
 *
 * @throws {RrError} `usage` if it is none
 */
function parseAt(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/]+))(?::(\d{1,5}))?$/i.exec(text.trim());
  const port = match?.[3] === undefined ? PAIR_PORT : Number(match[3]);
  if (match && port > 0 && port < 65_536) return { host: (match[1] ?? match[2])!, port };
  throw new RrError(
    "usage",
    `Cannot use --at ${JSON.stringify(text)}: expected host or host:port`,
    {
      hint: "Or the URL of a tracker, such as https://tracker.example",
    },
  );
}

function notFound(plan: GuestPlan, errors: readonly unknown[]): RrError {
  const said = errors.filter((error) => error instanceof WayError || error instanceof RrError)
    .map((error) => toError(error).message);
  const where = plan.at === undefined
    ? "on the local network or at a tracker that both know"
    : `at ${plan.at}`;
  const why = said.length === 0 ? "" : ` (${said.join("; ")})`;
  return new RrError(
    "not-found",
    `Cannot find a machine that shows the code ${formatCode(plan.code)} ${where}${why}`,
    {
      hint: `A code is good for 10 minutes and one machine. ${
        plan.at === undefined
          ? "On other networks add `--at <its address>`"
          : "Look whether `rr pair` still waits there and can be reached from here"
      }, or use \`rr pair --ssh user@host\``,
    },
  );
}
