/**
 * What a peer that holds the swarm key may cost a running daemon in memory, by what the system counts:
 * 100 MB above what it had before, whatever is sent.
 */
import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { createDialer } from "../../src/net/dial/dial.ts";
import { MessageReader, writeMessage } from "../../src/net/exchange/stream_message.ts";
import { createIdentity } from "../../src/net/keys/identity.ts";
import { loadSwarmKey } from "../../src/net/keys/swarm_key.ts";
import { startNode } from "../../src/net/node/start_node.ts";
import type { PeerId } from "../../src/swarm/peer.ts";
import { systemWorld } from "../../src/world/system.ts";
import { encodePushRequest } from "../../src/wire/codec.ts";
import { makeEntry } from "../fakes/entries.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";
import { Lab, LOOPBACK, peerIdOf, said } from "./_lab.ts";

/** Seen: 10 to 70, most of it what V8 has not collected yet. What the process once had it keeps for the next. */
const MOST_MB = 100;
const MIB = 1 << 20;

type Send = (protocol: string, message: Uint8Array) => Promise<string>;

/**
 * What the process has now, and the most that it had since the last call, in MB; Linux counts it. By a
 * program, as Deno lets only those read there that may do anything.
 */
async function memoryOf(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const look = `cat /proc/${pid}/status && echo 5 >/proc/${pid}/clear_refs`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", look] }).output();
  const status = new TextDecoder().decode(stdout);
  const mb = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
  return { now: mb("VmRSS"), peak: mb("VmHWM") };
}

function json(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const ATTACKS: Readonly<Record<string, (send: Send) => Promise<unknown>>> = {
  "brackets within brackets": (send) =>
    send("/rustory/entries-push/1.0.1", zstdCompressSync(json("[".repeat(60 * MIB)))),
  "millions of numbers": (send) =>
    send(
      "/rustory/entries-push/1.0.1",
      zstdCompressSync(json(`{"entries":[${"0,".repeat(30 * MIB)}0]}`)),
    ),
  "a bomb of 1 GiB": (send) =>
    send("/rustory/entries-push/1.0.1", zstdCompressSync(new Uint8Array(1024 * MIB))),
  "64 MiB of large commands in one push": async (send) => {
    const entries = Array.from({ length: 60 }, () => makeEntry({ command: "x".repeat(MIB - 10) }));
    const message = encodePushRequest(entries, true);
    return await send("/rustory/entries-push/1.0.1", message);
  },
  "16 MiB without compression": async (send) => {
    const entries = Array.from({ length: 15 }, () => makeEntry({ command: "y".repeat(MIB - 10) }));
    return await send("/rustory/entries-push/1.0.0", encodePushRequest(entries, false));
  },
  "16 MiB without compression, four at a time": async (send) => {
    const entries = Array.from({ length: 15 }, () => makeEntry({ command: "v".repeat(MIB - 10) }));
    const message = encodePushRequest(entries, false);
    const sent = [1, 2, 3, 4].map(() => send("/rustory/entries-push/1.0.0", message));
    return await Promise.all(sent);
  },
  "40,000 small commands": async (send) => {
    const entries = Array.from({ length: 40_000 }, (_, i) => makeEntry({ command: `echo ${i}` }));
    return await send("/rustory/entries-push/1.0.1", encodePushRequest(entries, true));
  },
  "the largest twice at a time": async (send) => {
    const entries = Array.from({ length: 60 }, () => makeEntry({ command: "z".repeat(MIB - 10) }));
    const message = encodePushRequest(entries, true);
    return await Promise.all([1, 2].map(() => send("/rustory/entries-push/1.0.1", message)));
  },
};

Deno.test({
  name: "no message of a peer costs a daemon more than 100 MB",
  ignore: Deno.build.os !== "linux",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    await using lab = new Lab();
    const victim = await lab.device("victim");
    const daemon = await victim.start("p2p-sync", "--watch", "--push", "--listen", LOOPBACK);
    const addr = await said(daemon, "p2p listen: ");
    const world = await systemWorld();
    const deps = { logger: new RecordingLogger(), clock: systemClock(), random: systemRandom() };
    const { key } = (await loadSwarmKey(victim.swarmKey, world))!;
    await using node = await startNode({ identity: await createIdentity(), swarmKey: key }, deps);
    const peer = peerIdOf(addr) as PeerId;
    const record = { peer, addrs: [addr], deviceId: undefined, userId: undefined };
    await createDialer({ node, ...deps }).connect({
      ...record,
      hostname: undefined,
      lastSeenUnix: 0,
    });
    const never = new AbortController().signal;
    const send: Send = async (protocol, message) => {
      const stream = await node.libp2p.getConnections()[0]!.newStream(protocol);
      const answer = new MessageReader(stream, { mostBytes: MIB }).read(never);
      answer.catch(() => {});
      await writeMessage(stream, message, never, () => {});
      return await answer.then(() => "answered", () => "dropped");
    };
    await victim.record("echo idle");
    for (const [name, attack] of Object.entries(ATTACKS)) {
      await t.step(name, async () => {
        const { now: before } = await memoryOf(daemon.pid);
        await attack(send);
        const { peak } = await memoryOf(daemon.pid);
        assert.ok(peak - before < MOST_MB, `${peak} MB, ${before} MB before`);
      });
    }
    await t.step("a flood of bad requests is a few lines of the log", async () => {
      for (let i = 0; i < 40; i++) await send("/rustory/entries-push/1.0.1", json("no frame"));
      const lines = daemon.output().split("\n").filter((line) => line.includes("Dropped"));
      assert.ok(lines.length >= 1 && lines.length <= 20, `${lines.length} lines`);
    });
  },
});
