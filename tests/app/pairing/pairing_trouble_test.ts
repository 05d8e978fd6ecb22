/** What people and machines get wrong in a pairing: a clear sentence each, and no key that was not confirmed. */
import assert from "node:assert/strict";
import { RrError } from "../../../src/base/rr_error.ts";
import type { Files } from "../../../src/base/world.ts";
import { pairAsGuest } from "../../../src/app/pairing/guest.ts";
import { configChanges } from "../../../src/app/pairing/join.ts";
import { joinBy } from "../../../src/app/pairing/pair.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { formatSwarmKey } from "../../../src/net/keys/swarm_key.ts";
import { parseCode } from "../../../src/pair/code.ts";
import { denoFiles } from "../../../src/world/deno.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { altering, CARD, deps, lastByte, serveTracker, showCode, soon } from "../_pairing_lab.ts";

const MINUTE_MS = 60_000;

Deno.test("a code that nobody typed within 10 minutes ends, and is unknown from then on", async () => {
  await using tracker = serveTracker();
  const clock = new FakeClock(Date.now());
  const shown = showCode(tracker.baseUrl, { clock, random: deps.random });
  const code = parseCode(await shown.code);
  clock.advance(10 * MINUTE_MS + 1);
  await assert.rejects(
    shown.joined,
    sentence(/The code has expired: nobody has typed it within 10/),
  );
  await assert.rejects(
    pairAsGuest({ code, trackers: [], at: tracker.baseUrl }, deps, soon()),
    sentence(
      /Cannot find a machine that shows the code \S+ at http:/,
      /good for 10 minutes and one machine\. Look whether `rr pair` still waits there/,
    ),
  );
});

Deno.test("of three machines that type one code at once, one joins and the others are told", async () => {
  await using tracker = serveTracker();
  const shown = showCode(tracker.baseUrl);
  const code = parseCode(await shown.code);
  const joins = ["one", "two", "three"].map(async (deviceId) => {
    const met = await pairAsGuest({ code, trackers: [], at: tracker.baseUrl }, deps, soon());
    await met.reply({ ...CARD, deviceId, swarmKey: undefined, outcome: "joined" });
    return deviceId;
  });
  const ended = await Promise.allSettled(joins);
  const [winner, ...more] = ended.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  assert.deepEqual(more, []);
  assert.equal((await shown.joined).deviceId, winner);
  for (const one of ended) {
    if (one.status === "rejected") {
      sentence(/Cannot (find a machine that shows|pair)/)(one.reason);
    }
  }
});

Deno.test("an rr that pairs in another way is told apart from a wrong code, on both sides", async () => {
  // The first byte says by which rules the rest is to be read.
  await using tracker = serveTracker(altering("hello", (body) => body[0] = 250));
  const shown = showCode(tracker.baseUrl);
  const code = parseCode(await shown.code);
  await assert.rejects(
    pairAsGuest({ code, trackers: [], at: tracker.baseUrl }, deps, soon()),
    sentence(/the other machine's rr pairs in another way/, /Update rr on both machines/),
  );
  await assert.rejects(shown.joined, sentence(/pairs in another way|burnt/));
});

for (const slot of ["hello", "offer"]) {
  Deno.test(`a machine that is given an altered ${slot} writes nothing to its disk`, async () => {
    await using tracker = serveTracker(altering(slot, lastByte));
    const shown = showCode(tracker.baseUrl);
    using world = new FakeWorld({ clock: deps.clock as FakeClock, random: deps.random });
    await assert.rejects(join(world, await shown.code, tracker.baseUrl), sentence(/burnt/));
    assert.deepEqual([...Deno.readDirSync(world.home)], []);
    await assert.rejects(shown.joined);
  });
}

Deno.test("Ctrl-C while the other machine is looked for, or while it answers, leaves nothing", async () => {
  for (const until of ["hello", "answer"]) {
    const stop = new AbortController();
    await using tracker = serveTracker(async (request, handOn) => {
      const answer = await handOn(request);
      const isIt = until === "hello" ? request.method === "GET" : request.method === "PUT";
      if (isIt && request.url.endsWith(until)) stop.abort(new Error("Ctrl-C"));
      return answer;
    });
    const shown = showCode(tracker.baseUrl);
    const code = await shown.code;
    using world = new FakeWorld({ clock: deps.clock as FakeClock, random: deps.random });
    await assert.rejects(join(world, code, tracker.baseUrl, stop.signal), /Ctrl-C/);
    assert.deepEqual([...Deno.readDirSync(world.home)], []);
    shown.stop();
    await assert.rejects(shown.joined);
  }
});

for (const had of ["no key", "a key of its own"]) {
  Deno.test(`a machine with ${had} whose config cannot be written keeps what it had, and says so there`, async () => {
    await using tracker = serveTracker();
    const shown = showCode(tracker.baseUrl);
    using world = new FakeWorld({
      clock: deps.clock as FakeClock,
      random: deps.random,
      files: readOnlyConfig(),
    });
    const path = `${world.home}/.config/rustory/swarm.key`;
    const own = formatSwarmKey(deps.random.bytes(32));
    if (had !== "no key") {
      Deno.mkdirSync(`${world.home}/.config/rustory`, { recursive: true });
      Deno.writeTextFileSync(path, own, { mode: 0o600 });
    }
    await assert.rejects(
      join(world, await shown.code, tracker.baseUrl),
      sentence(/Cannot write ".*config\.toml"/),
    );
    assert.equal(world.files.readText(path), had === "no key" ? undefined : own);
    assert.equal((await shown.joined).outcome, "declined");
  });
}

Deno.test("a machine that joins takes over the user id if it had none but that of its login", () => {
  const set = (env: Record<string, string>, userId: string, joins = true): unknown => {
    using world = new FakeWorld({ clock: deps.clock as FakeClock, random: deps.random, env });
    return configChanges(loadSettings(world, {}), { ...CARD, userId }, joins).user_id;
  };
  assert.equal(set({ USER: "ubuntu" }, "kim"), "kim");
  assert.equal(set({ USER: "kim" }, "kim"), undefined);
  assert.equal(set({ USER: "ubuntu" }, "kim", false), undefined);
  assert.equal(set({ USER: "ubuntu", RUSTORY_USER_ID: "bob" }, "kim"), undefined);
  // A hub is of no user.
  assert.equal(set({ USER: "ubuntu" }, ""), undefined);
});

/** Types the code at the machine, whose tracker is the one given. */
async function join(
  world: FakeWorld,
  code: string,
  at: string,
  signal: AbortSignal = soon(),
): Promise<void> {
  const how = { code: parseCode(code), at, yes: true };
  const talk = { say: () => {}, ask: () => undefined };
  await joinBy(loadSettings(world, {}), how, { world, talk }, signal);
}

function readOnlyConfig(): Files {
  const files = denoFiles();
  return {
    ...files,
    replacePrivate(path, data): void {
      if (path.endsWith("config.toml")) throw new RrError("io", `Cannot write "${path}"`);
      files.replacePrivate(path, data);
    },
  };
}

/** An error whose message and hint are as given. */
function sentence(message: RegExp, hint?: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.match(error.message, message);
    if (hint !== undefined) assert.match(error.hint ?? "", hint);
    return true;
  };
}
