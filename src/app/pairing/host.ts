/** The side that shows the code, from the first message to the last. */
import { linkedController } from "../../base/async/linked_signal.ts";
import { raceAbort } from "../../base/async/race_abort.ts";
import { timeLimit } from "../../base/async/timer.ts";
import { RrError } from "../../base/rr_error.ts";
import type { PairCard } from "../../pair/card.ts";
import { createCode, formatCode, type PairCode } from "../../pair/code.ts";
import { CODE_LIFE_MS, type HostStart, startHost } from "../../pair/exchange.ts";
import type { HostLine, HostWay } from "./lines.ts";
import { openMailboxWay, type TrackerPlace } from "./mailbox.ts";
import { pairFailure } from "./failure.ts";
import { openNetworkWay, type WayDeps } from "./tcp.ts";

/** How a host pairs. */
export interface HostPlan {
  /** Which side gives its swarm key; a hub has the guest give it. */
  readonly gives: "host" | "guest";
  /** Trackers through which a guest may come. */
  readonly trackers: readonly TrackerPlace[];
  /** What to tell the guest once it has shown that it knows the code. */
  readonly card: PairCard;
  /** Called once the code can be used. */
  readonly onCode: (code: string, ways: readonly string[], problems: readonly string[]) => void;
}

/** Numbers that are tried before giving up: at a tracker each may be somebody else's. */
const MOST_NUMBERS = 12;
/** Time for a guest to take what it was given; a person may be asked there. */
const REPLY_MS = CODE_LIFE_MS;

/**
 * Shows a code, waits for one guest, and exchanges cards; resolves to the guest's.
 *
 * @throws {RrError} saying what went wrong, for a person; `signal.reason` once the signal is aborted
 */
export async function pairAsHost(
  plan: HostPlan,
  deps: WayDeps,
  signal: AbortSignal,
): Promise<{ readonly card: PairCard; readonly way: string }> {
  await using open = await openWays(plan, deps, signal);
  const { code, ways, problems, start } = open;
  plan.onCode(formatCode(code), ways.map((way) => way.name), problems);
  using life = timeLimit(deps.clock, CODE_LIFE_MS, signal);
  const line = await firstAnswer(ways, life.signal).catch((error) => {
    signal.throwIfAborted();
    if (life.signal.aborted) throw expired();
    throw error;
  });
  return { card: await exchange(start, line, plan.card, deps, signal), way: line.name };
}

/** The messages after the answer has come. */
export async function exchange(
  start: HostStart,
  line: HostLine,
  card: PairCard,
  { clock }: Pick<WayDeps, "clock">,
  signal: AbortSignal,
): Promise<PairCard> {
  const confirmed = start.answer(line.answer);
  if (!confirmed.ok) {
    // The failure that is told here is this one, whether or not the other side still hears of it.
    if (confirmed.send) await line.send(confirmed.send).catch(() => {});
    throw pairFailure(confirmed.why, "host");
  }
  await line.send(confirmed.value.offer(card));
  using patience = timeLimit(clock, REPLY_MS, signal);
  const bytes = await line.reply(patience.signal).catch((error) => {
    signal.throwIfAborted();
    throw new RrError(
      "network",
      "Cannot tell whether the other machine has joined: it went silent",
      {
        cause: error,
        hint: "Look at the other machine; if it has not joined, run `rr pair` again",
      },
    );
  });
  const reply = confirmed.value.reply(bytes);
  if (!reply.ok) throw pairFailure(reply.why, "host");
  return reply.value;
}

interface OpenWays extends AsyncDisposable {
  readonly code: PairCode;
  readonly start: HostStart;
  readonly ways: readonly HostWay[];
  readonly problems: readonly string[];
}

/** All ways there are for one code; another number if a tracker has given this one away. */
async function openWays(plan: HostPlan, deps: WayDeps, signal: AbortSignal): Promise<OpenWays> {
  for (let attempt = 0; attempt < MOST_NUMBERS; attempt++) {
    const code = createCode(deps.random, attempt);
    const start = startHost(code, deps.random, plan.gives);
    const ways: HostWay[] = [];
    const problems: string[] = [];
    let taken = false;
    const opened = await Promise.allSettled([
      openNetworkWay(code.number, start.hello, deps),
      ...plan.trackers.map((one) => openMailboxWay(one, code.number, start.hello, deps, signal)),
    ]);
    for (const one of opened) {
      if (one.status === "rejected") problems.push(String(one.reason?.message ?? one.reason));
      else if (one.value === "taken") taken = true;
      else ways.push(one.value);
    }
    const close = async (): Promise<void> => {
      for (const way of ways) await way[Symbol.asyncDispose]();
    };
    if (!taken && ways.length > 0) {
      return { code, start, ways, problems, [Symbol.asyncDispose]: close };
    }
    await close();
    signal.throwIfAborted();
    if (!taken) {
      throw new RrError(
        "network",
        `Cannot show a code as there is no way to be found: ${problems}`,
      );
    }
  }
  throw new RrError("busy", "Cannot find a free number for a code at the trackers", {
    hint: "Try again in some minutes",
  });
}

/** The first answer on any way; a way that fails leaves the others. */
async function firstAnswer(ways: readonly HostWay[], signal: AbortSignal): Promise<HostLine> {
  using over = linkedController(signal);
  try {
    return await raceAbort(Promise.any(ways.map((way) => way.line(over.signal))), signal);
  } finally {
    over.abort(new Error("answered"));
  }
}

function expired(): RrError {
  return new RrError("network", "The code has expired: nobody has typed it within 10 minutes", {
    hint: "Run `rr pair` again for a new one",
  });
}
