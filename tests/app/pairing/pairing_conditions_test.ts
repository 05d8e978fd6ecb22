/** Pairings in bad weather: clocks, connections, disks and people that are not as one would like. */
import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/clock.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import type { Files } from "../../../src/base/world.ts";
import { pairAsGuest } from "../../../src/app/pairing/guest.ts";
import { hubFolder, writeHub } from "../../../src/app/hub/folder.ts";
import { pairHub } from "../../../src/app/hub/pair_hub.ts";
import { joinBy, letIn } from "../../../src/app/pairing/pair.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { formatSwarmKey } from "../../../src/net/keys/swarm_key.ts";
import { parseCode } from "../../../src/pair/code.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import type { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { CARD, deps, serveTracker, showCode, soon } from "../_pairing_lab.ts";

const DAY_MS = 86_400_000;

/** Registers a test; a first sync behind a pairing has timers of libp2p that outlive it. */
function pairingTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

for (const apart of [DAY_MS, -DAY_MS]) {
  pairingTest(
    `two machines pair whose clocks are ${apart / DAY_MS} day apart, at a tracker`,
    async () => {
      await using tracker = serveTracker();
      const shown = showCode(tracker.baseUrl);
      const met = await pairAsGuest(
        { code: parseCode(await shown.code), trackers: [], at: tracker.baseUrl },
        { ...deps, clock: off(apart) },
        soon(),
      );
      assert.deepEqual(met.card.swarmKey, CARD.swarmKey);
      await met.reply({ ...CARD, deviceId: "desktop", swarmKey: undefined, outcome: "joined" });
      assert.equal((await shown.joined).deviceId, "desktop");
    },
  );
}

pairingTest(
  "two machines pair through a tracker whose answers come late and out of order",
  async () => {
    let held: (() => void) | undefined;
    await using tracker = serveTracker(async (request, handOn) => {
      const answer = await handOn(request);
      if (request.method !== "GET") return answer;
      // The answer to this question is given after that to the next one, or a little later.
      const before = held;
      const { promise, resolve } = Promise.withResolvers<void>();
      held = resolve;
      before?.();
      await Promise.race([promise, deps.clock.sleep(300)]);
      return answer;
    });
    const shown = showCode(tracker.baseUrl);
    using world = worldOf();
    await join(world, await shown.code, tracker.baseUrl);
    assert.equal((await shown.joined).outcome, "joined");
  },
);

pairingTest("a connection that breaks before the key has come leaves nothing", async () => {
  let isCut = false;
  await using tracker = serveTracker(async (request, handOn) => {
    if (isCut) return new Response("gone", { status: 403 });
    const answer = await handOn(request);
    isCut = request.method === "PUT" && request.url.endsWith("answer");
    return answer;
  });
  const shown = showCode(tracker.baseUrl);
  using world = worldOf();
  await assert.rejects(join(world, await shown.code, tracker.baseUrl), (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.match(error.message, /^Cannot /);
    return true;
  });
  assert.deepEqual([...Deno.readDirSync(world.home)], []);
  shown.stop();
  await assert.rejects(shown.joined);
});

pairingTest(
  "a connection that breaks after the key has come takes nothing back, and it is said",
  async () => {
    await using tracker = serveTracker(async (request, handOn) => {
      const isReply = request.method === "PUT" && request.url.endsWith("reply");
      return isReply ? new Response("gone", { status: 403 }) : await handOn(request);
    });
    const shown = showCode(tracker.baseUrl);
    using world = worldOf();
    const said: string[] = [];
    await join(world, await shown.code, tracker.baseUrl, said);
    assert.ok(said.some((line) => /^laptop could not be told/.test(line)), said.join("\n"));
    assert.equal(keyIn(world), formatSwarmKey(CARD.swarmKey!));
    shown.stop();
    await assert.rejects(shown.joined);
  },
);

pairingTest(
  "where each machine types the code of the other, neither believes to be done",
  async () => {
    await using tracker = serveTracker();
    using left = worldOf("left");
    using right = worldOf("right");
    const codes = [left, right].map((world) => showAt(world, tracker.baseUrl));
    const [ofLeft, ofRight] = await Promise.all(codes.map(({ code }) => code));
    await join(right, ofLeft!, tracker.baseUrl);
    await assert.rejects(
      Promise.all([join(left, ofRight!, tracker.baseUrl), codes[1]!.done]),
      (error) => {
        assert.ok(error instanceof RrError, String(error));
        assert.match(error.message, /^left has taken the key that this machine had: meanwhile/);
        assert.match(error.hint!, /Show a code on one machine only/);
        return true;
      },
    );
    for (const one of codes) one.stop();
    await Promise.allSettled(codes.map(({ done }) => done));
  },
);

pairingTest("two machines of one name are told that they have one", async () => {
  await using tracker = serveTracker();
  const shown = showCode(tracker.baseUrl);
  using world = worldOf("laptop");
  const said: string[] = [];
  await join(world, await shown.code, tracker.baseUrl, said);
  assert.ok(said.some((line) => /^Both machines are called laptop: .*rr config set/.test(line)));
  assert.equal((await shown.joined).outcome, "joined");
});

for (const had of ["no key", "a key of its own"]) {
  for (const [what, isFull] of FULL()) {
    pairingTest(`a disk that is full ${what} leaves a machine with ${had} as it was`, async () => {
      await using tracker = serveTracker();
      const shown = showCode(tracker.baseUrl);
      using world = worldOf("desktop", fullDisk(isFull));
      const folder = `${world.home}/.config/rustory`;
      const own = formatSwarmKey(deps.random.bytes(32));
      Deno.mkdirSync(folder, { recursive: true });
      if (had !== "no key") Deno.writeTextFileSync(`${folder}/swarm.key`, own, { mode: 0o600 });
      await assert.rejects(join(world, await shown.code, tracker.baseUrl), /no space left/);
      assert.equal(keyIn(world), had === "no key" ? undefined : own);
      assert.equal((await shown.joined).outcome, "declined");
      const left = Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
      const identity = left.filter((name) => name === "identity.key");
      assert.deepEqual(left, had === "no key" ? identity : [...identity, "swarm.key"]);
    });
  }
}

pairingTest(
  "a hub that does not run yet is paired by its address, and says that it is to be started",
  async () => {
    using world = worldOf("hub");
    const folder = hubFolder(`${world.home}/hub`);
    // A port that nobody listens on: the hub's tracker is not there.
    const settings = { host: "hub.example", trackerPort: 1, relayPort: 1, peer: false };
    writeHub(folder, settings, world);
    const said: string[] = [];
    const stop = new AbortController();
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const say = (line: string): void => {
      said.push(line);
      if (/rr hub run/.test(line)) resolve();
    };
    const talk = { say, ask: () => undefined };
    const how = { code: undefined, at: undefined };
    const pairing = pairHub(folder, settings, how, { world, talk }, stop.signal);
    await Promise.race([told, pairing]);
    assert.ok(said.some((line) => /^ +rr pair \d+-[a-z]+-[a-z]+ --at hub\.example$/.test(line)));
    assert.ok(said.some((line) => /^The hub does not run yet/.test(line)));
    stop.abort(new Error("enough"));
    await assert.rejects(pairing);
  },
);

/** Whether this write, the n-th since the key was written, finds no room. */
type IsFull = (path: string, sinceKey: number) => boolean;

function FULL(): readonly (readonly [string, IsFull])[] {
  return [
    ["when the key is written", (path) => path.includes("swarm.key")],
    ["from the moment the key is written", (_, sinceKey) => sinceKey > 0],
  ];
}

function fullDisk(isFull: IsFull): Files {
  const files = denoFiles();
  let sinceKey = 0;
  const check = (path: string): void => {
    if (isFull(path, sinceKey)) throw new RrError("io", `Cannot write "${path}": no space left`);
  };
  return {
    ...files,
    createPrivate(path, data): boolean {
      check(path);
      return files.createPrivate(path, data);
    },
    replacePrivate(path, data): void {
      check(path);
      files.replacePrivate(path, data);
      if (path.endsWith("swarm.key")) sinceKey++;
    },
  };
}

function worldOf(hostname = "desktop", files: Files = denoFiles()): FakeWorld {
  return new FakeWorld({
    clock: deps.clock as FakeClock,
    random: deps.random,
    hostname,
    files,
    env: {
      USER: "kim",
      RUSTORY_LAN_DISCOVERY: "false",
      RUSTORY_P2P_LISTEN: "/ip4/127.0.0.1/tcp/0",
    },
  });
}

function keyIn(world: FakeWorld): string | undefined {
  return world.files.readText(`${world.home}/.config/rustory/swarm.key`);
}

function off(ms: number): Clock {
  const { clock } = deps;
  return {
    now: () => clock.now() + ms,
    monotonic: () => clock.monotonic(),
    sleep: (time, signal) => clock.sleep(time, signal),
  };
}

/** Types the code at the machine; the first sync with a machine that is none is not waited for. */
async function join(
  world: FakeWorld,
  code: string,
  at: string,
  said: string[] = [],
): Promise<void> {
  const how = { code: parseCode(code), at, yes: true };
  const talk = { say: (line: string) => void said.push(line), ask: () => undefined };
  try {
    await joinBy(loadSettings(world, {}), how, { world, talk }, soon());
  } catch (error) {
    if (!/no usable peer id/.test(String(error))) throw error;
  }
}

/** A machine that shows a code and lets somebody in. */
function showAt(
  world: FakeWorld,
  tracker: string,
): { readonly code: Promise<string>; readonly done: Promise<void>; stop(): void } {
  const { promise: code, resolve } = Promise.withResolvers<string>();
  const stop = new AbortController();
  const say = (line: string): void => {
    const match = /rr pair (\d\S+)/.exec(line);
    if (match) resolve(match[1]!);
  };
  const settings = { ...loadSettings(world, {}), trackers: [tracker] };
  const talk = { say, ask: () => undefined };
  const done = letIn(settings, { ssh: undefined, yes: true }, { world, talk }, stop.signal);
  done.catch(() => {});
  return { code, done, stop: () => stop.abort(new Error("stopped")) };
}
