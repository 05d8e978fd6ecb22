/** What the library refuses at its door. Programs in JavaScript hand in anything. */
import assert from "node:assert/strict";
import {
  type DeviceKeys,
  loadKeys,
  type LocalHistory,
  openHistory,
  RrError,
  startNode,
} from "../../../mod.ts";

/** Sockets of libp2p are closed a little after a node is. */
const OPEN = { sanitizeOps: false, sanitizeResources: false };

Deno.test("openHistory() and loadKeys() refuse a path that is none", async () => {
  for (const path of [undefined, null, 5, ""]) {
    await assert.rejects(openHistory(path as string), /^TypeError: .*'path' must be a path/);
  }
  for (const paths of [undefined, {}, { swarmKeyPath: "/x" }, { swarmKeyPath: 1 }]) {
    await assert.rejects(loadKeys(paths as never), /^TypeError: .*Path' must be a path/);
  }
});

Deno.test("record() refuses an owner without names, and stores nothing", async () => {
  await using at = await place();
  const draft = { command: "ls" };
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /^TypeError: .*'deviceId' and 'userId'/],
    [{}, /^TypeError: .*'deviceId' must be text: current value is undefined/],
    [{ deviceId: "a", userId: "" }, /^RangeError: .*'userId' must be 1 to 1024/],
    [{ deviceId: "a\nb", userId: "c" }, /^RangeError: .*'deviceId'.*without control/],
    [{ deviceId: "a".repeat(1025), userId: "c" }, /^RangeError: .*'deviceId' must be 1 to 1024/],
  ];
  for (const [owner, message] of wrong) {
    assert.throws(() => at.history.record(draft, owner as never), message);
  }
  assert.equal(at.history.count(), 0);
  at.history.record(draft, { deviceId: "a".repeat(1024), userId: "c" });
  assert.equal(at.history.count(), 1);
});

Deno.test("a history names the argument that it cannot use, and does not blame its file", async () => {
  await using at = await place();
  // deno-lint-ignore no-explicit-any
  const history = at.history as any;
  const owner = { deviceId: "a", userId: "b" };
  for (const wrong of [undefined, null, "ls"]) {
    assert.throws(() => history.record(wrong, owner), /^TypeError: .*'draft' must be an object/);
  }
  for (const wrong of [undefined, {}]) {
    assert.throws(() => history.append(wrong), /^TypeError: .*'entries' must be an array/);
  }
  for (const wrong of [undefined, 5]) {
    assert.throws(() => history.has(wrong), /^TypeError: .*'id' must be text/);
  }
  for (const wrong of [undefined, -1, NaN, 0.5, "0"]) {
    assert.throws(() => history.entriesAfter(wrong, 1), /^RangeError: .*'seq' must be an integer/);
  }
  for (const wrong of [undefined, 0, 0.5, Infinity]) {
    assert.throws(
      () => history.entriesAfter(0, wrong),
      /^RangeError: .*'limit' must be an integer/,
    );
  }
});

Deno.test("startNode() names the option that it cannot use", async () => {
  await using at = await place();
  const { keys } = at;
  const identity = { peer: keys.identity.peer, protobuf: keys.identity.protobuf.slice(1) };
  for (const none of [undefined, null, 5]) {
    await assert.rejects(startNode(none as never), /^TypeError: .*'options' must be an object/);
  }
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ history: {} }, /^TypeError: .*'history' must come from openHistory/],
    [{ deviceId: undefined }, /^TypeError: .*'deviceId'/],
    [{ userId: "" }, /^RangeError: .*'userId'/],
    [{ hostname: 5 }, /^TypeError: .*'hostname'/],
    [{ keys: undefined }, /^TypeError: .*'keys' must come from loadKeys/],
    [{ keys: {} }, /^TypeError: .*'keys' must come from loadKeys/],
    [{ keys: { ...keys, swarmKey: keys.swarmKey.slice(1) } }, /^RangeError: .*'keys'.*31 and 68/],
    [{ keys: { ...keys, identity } }, /^RangeError: .*'keys'.*32 and 67/],
    [{ listen: "/ip4/127.0.0.1/tcp/0" }, /^TypeError: .*'listen' must be an array of texts/],
    [{ trackers: [new URL("http://a")] }, /^TypeError: .*'trackers' must be an array of texts/],
    [{ relays: "x" }, /^TypeError: .*'relays' must be an array of texts/],
    [{ peers: {} }, /^TypeError: .*'peers' must be an array of texts/],
    [{ onEvent: 5 }, /^TypeError: .*'onEvent' must be a function/],
    [{ sync: { limit: -1 } }, /^RangeError: .*'limit'/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(startNode({ ...at.options, ...options } as never), message);
  }
});

Deno.test("startNode() refuses the address of a peer that nobody could dial, and repeats no token", async () => {
  await using at = await place();
  await assert.rejects(startNode({ ...at.options, peers: ["/ip4/192.0.2.1/tcp/1"] }), (error) => {
    assert.ok(error instanceof RrError && error.code === "config");
    assert.match(error.message, /"\/ip4\/192\.0\.2\.1\/tcp\/1"/);
    return error.hint !== undefined;
  });
  const trackers = "http://kim:secret@192.0.2.1" as never;
  await assert.rejects(startNode({ ...at.options, trackers }), (error: Error) => {
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

Deno.test("startNode() refuses a history that is closed", async () => {
  await using at = await place();
  at.history[Symbol.dispose]();
  await assert.rejects(startNode(at.options), { name: "RrError", code: "database" });
});

Deno.test({
  name: "a node says that it is disposed of, and a watch that nothing could end it",
  ...OPEN,
  fn: async () => {
    await using at = await place();
    const node = await startNode(at.options);
    await assert.rejects(node.watch({} as never), /^TypeError: .*'signal' must be an AbortSignal/);
    await node[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
    const { signal } = new AbortController();
    await assert.rejects(node.syncOnce(), /disposed/);
    await assert.rejects(node.watch({ signal }), /disposed/);
  },
});

interface Place extends AsyncDisposable {
  readonly history: LocalHistory;
  readonly keys: DeviceKeys;
  readonly options: Parameters<typeof startNode>[0];
}

async function place(): Promise<Place> {
  const folder = await Deno.makeTempDir();
  const history = await openHistory(`${folder}/history.db`);
  const keys = await loadKeys({
    swarmKeyPath: `${folder}/swarm.key`,
    identityKeyPath: `${folder}/identity.key`,
  });
  return {
    history,
    keys,
    options: { history, keys, deviceId: "laptop", userId: "kim" },
    async [Symbol.asyncDispose](): Promise<void> {
      history[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
