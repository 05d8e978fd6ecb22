/**
 * Ten devices on loopback, each connected to each, by protocol 2: bytes and deliveries against the bodies
 * sent once to each device; what idling costs; how fast a command is everywhere, also over two hops; what
 * a device costs that was away for a week. The devices are sessions of one process: real nodes, real
 * connections, a database each, but one processor for all.
 *
 *     deno run <permissions> tests/bench/mesh_bench.ts [entries, default 100000] [devices, default 10] \
 *       [mesh, line or away, default all]
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { fill } from "./_fill.ts";
import { bytesOf, entriesOf } from "./_mesh.ts";
import { openSession, type SyncSession } from "../../src/app/session/session.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Entry } from "../../src/history/entry.ts";
import { createIdentity } from "../../src/net/keys/identity.ts";
import { type History, openHistory } from "../../src/store/file/open_history.ts";
import { openSet } from "../../src/store/set/open_set.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

const count = Number(Deno.args[0] ?? 100_000);
const devices = Number(Deno.args[1] ?? 10);
const wants = (part: string): boolean => Deno.args.length < 3 || Deno.args[2] === part;
const world = { clock: systemClock(), random: systemRandom() };
const swarmKey = world.random.bytes(32);
const root = await Deno.makeTempDir({ prefix: "rr-mesh-" });

interface Member {
  readonly history: History;
  readonly session: SyncSession;
  /** Exchanges that it has begun, contradictions that it has found, entries that came by version 1. */
  readonly seen: { exchanges: number; contradictions: number; pulled: number };
}

/** A device that was away lacks what three others recorded in a week, and brings its own. */
const WEEK_MS = 604_800_000;
const NOW_WEEK = 2_850;
const KNOWN = 20_000;
const NEWS = 2_100;
const OWN_NEWS = 20;

try {
  if (wants("mesh")) {
    await scenario("one full, the others empty", (i) => i === 0 ? entriesOf(0, count) : []);
    await scenario("own histories meet", (i) => entriesOf(i, Math.floor(count / devices)));
  }
  if (wants("line")) await line();
  if (wants("away")) await away();
} finally {
  await Deno.remove(root, { recursive: true });
}

async function scenario(name: string, entries: (i: number) => Entry[]): Promise<void> {
  const all = Array.from({ length: devices }, (_, i) => entries(i));
  const bodies = bytesOf(all.flat());
  const total = all.flat().length;
  const missing = all.reduce((sum, own) => sum + total - own.length, 0);
  await using stack = new AsyncDisposableStack();
  const members: Member[] = [];
  for (const [i, own] of all.entries()) {
    members.push(await start(stack, `${name}-${i}`, own, members));
  }
  const started = performance.now();
  const wiredBefore = received(members);
  const stop = new AbortController();
  const watching = watch(members, stop.signal);
  await until(() => members.every(({ history }) => history.log.count() === total));
  const seconds = (performance.now() - started) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const wire = received(members) - wiredBefore;
  const delivered = members.reduce(
    (sum, { session }) => sum + session.replication!.totals.received,
    0,
  );
  const ideal = bodies * missing / total;
  console.log(
    `\n${name}: ${devices} devices, ${total} entries, ${(bodies / total).toFixed(1)} bytes each`,
  );
  console.log(`  deliveries ${delivered}, missing ${missing}: ${delivered - missing} twice`);
  console.log(
    `  bytes ${wire}, bodies once to each ${Math.round(ideal)}: ${(wire / ideal).toFixed(3)}`,
  );
  console.log(`  all equal after ${seconds.toFixed(1)} s; ${exchangesOf(members)}`);
  await live(members, total);
  await idle(members);
  stop.abort(new Error("over"));
  await Promise.all(watching);
}

/** Three in a row: what is typed at one end is looked for at the other. */
async function line(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const members: Member[] = [];
  for (let i = 0; i < 3; i++) {
    members.push(await start(stack, `line-${i}`, entriesOf(i, 1_000), members.slice(-1)));
  }
  const stop = new AbortController();
  const watching = watch(members, stop.signal);
  await until(() => members.every(({ history }) => history.log.count() === 3_000));
  console.log("\na line of three");
  await live(members, 3_000, [members[0]!, members[2]!]);
  stop.abort(new Error("over"));
  await Promise.all(watching);
}

/** Three stay connected and record; the fourth comes back with something of its own. */
async function away(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const known = entriesOf(0, KNOWN);
  const members: Member[] = [];
  for (let i = 0; i < 4; i++) {
    members.push(await start(stack, `away-${i}`, known, members));
  }
  const [traveller, ...others] = members as [Member, Member, Member, Member];
  const first = new AbortController();
  const once = watch(members, first.signal);
  const areEqual = (some: readonly Member[]): boolean =>
    some.every((one) =>
      some.every((two) => one === two || one.session.replication!.isEqual(two.session.node.peer))
    );
  await until(() => areEqual(members));
  first.abort(new Error("over"));
  await Promise.all(once);
  await traveller.session[Symbol.asyncDispose]();
  const stop = new AbortController();
  const watching = watch(others, stop.signal);
  const week = (device: number, length: number): Entry[] =>
    entriesOf(device, length).map((entry, i) => ({
      ...entry,
      startedAtMs: Math.floor((NOW_WEEK + i / length) * WEEK_MS),
    }));
  const news = others.flatMap((_, i) => week(i + 1, NEWS / others.length));
  for (const [i, { history, session }] of others.entries()) {
    history.log.append(news.slice(i * NEWS / 3, (i + 1) * NEWS / 3));
    session.engine.localChange();
  }
  await until(() => others.every(({ history }) => history.log.count() === KNOWN + NEWS));
  const own = week(0, OWN_NEWS);
  traveller.history.log.append(own);
  const back = await again(stack, "away-0", traveller.history, others);
  stack.defer(() => stop.abort(new Error("over")));
  watching.push(...watch([back], stop.signal));
  await until(() => areEqual([back, ...others]));
  const { received: came, sent } = back.session.node.traffic();
  const bodies = bytesOf(news) + bytesOf(own);
  console.log(
    `\naway for a week, back with three peers: ${NEWS} new for it, ${OWN_NEWS} of its own\n` +
      `  bytes both ways ${came + sent}, bodies ${bodies}: ${came + sent - bodies} over them, ` +
      `handshakes with three peers included; exchanges begun by it: ${back.seen.exchanges}`,
  );
  stop.abort(new Error("over"));
  await Promise.all(watching);
}

function watch(members: readonly Member[], signal: AbortSignal): Promise<void>[] {
  return members.map(({ session }) =>
    session.engine.watch({ intervalMs: 60_000, push: true }, signal).catch(() => {})
  );
}

async function live(
  members: readonly Member[],
  before: number,
  writers: readonly Member[] = members,
): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const from = writers[i % writers.length]!;
    const started = performance.now();
    from.history.log.append(entriesOf(90 + i, 1));
    from.session.engine.localChange();
    await until(() => members.every(({ history }) => history.log.count() === before + i + 1));
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  console.log(
    `  a command is on all ${members.length} after ${times[20]!.toFixed(0)} ms (median), ` +
      `${times[39]!.toFixed(0)} ms (slowest of 40); ${exchangesOf(members)}`,
  );
}

function exchangesOf(members: readonly Member[]): string {
  const sum = (of: (one: Member) => number): number =>
    members.reduce((all, one) => all + of(one), 0);
  return `${sum(({ seen }) => seen.exchanges)} exchanges so far, ` +
    `${sum(({ seen }) => seen.contradictions)} contradictions, ` +
    `${sum(({ seen }) => seen.pulled)} entries by version 1`;
}

async function idle(members: readonly Member[]): Promise<void> {
  const seconds = 60;
  const before = received(members);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const links = members.length * (members.length - 1) / 2;
  const bytes = (received(members) - before) / links / (seconds / 60);
  console.log(
    `  idle: ${bytes.toFixed(0)} bytes a pair and minute, both ways, all of libp2p included; ` +
      exchangesOf(members),
  );
}

async function start(
  stack: AsyncDisposableStack,
  name: string,
  own: readonly Entry[],
  peers: readonly Member[],
): Promise<Member> {
  const history = openHistory(`${root}/${name.replaceAll(" ", "-")}.db`, {
    ...world,
    files: denoFiles(),
  });
  stack.defer(() => history[Symbol.dispose]());
  await fill(history, own);
  const set = openSet(history);
  while (set.left() > 0) set.absorbSlice(10_000);
  set.absorb();
  return await again(stack, name, history, peers);
}

/** A session of a history that is there. */
async function again(
  stack: AsyncDisposableStack,
  name: string,
  history: History,
  peers: readonly Member[],
): Promise<Member> {
  const seen = { exchanges: 0, contradictions: 0, pulled: 0 };
  const pulled = new Map<string, number>();
  const session = await openSession({
    deviceId: name,
    userId: "kim",
    hostname: name,
    identity: await createIdentity(),
    swarmKey,
    listen: ["/ip4/127.0.0.1/tcp/0"],
    peers: peers.flatMap(({ session }) => session.node.listening()),
    protocols: ["1", "2"],
  }, {
    ...world,
    logger: new RecordingLogger(),
    history,
    onEvent: (event) => {
      if (event.type !== "pull-progress") return;
      pulled.set(event.peer, event.totals.received);
      seen.pulled = [...pulled.values()].reduce((sum, one) => sum + one, 0);
    },
    onNote: ({ type }) => {
      if (type === "exchanged") seen.exchanges++;
      if (type === "contradiction") seen.contradictions++;
    },
  });
  stack.defer(() => session[Symbol.asyncDispose]());
  await until(() => session.replication?.left === 0);
  return { history, session, seen };
}

function received(members: readonly Member[]): number {
  return members.reduce((sum, { session }) => sum + session.node.traffic().received, 0);
}

async function until(isDone: () => boolean): Promise<void> {
  const end = Date.now() + 900_000;
  while (!isDone()) {
    if (Date.now() > end) throw new Error("It took more than a quarter of an hour");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
