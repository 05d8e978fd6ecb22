import assert from "node:assert/strict";
import type { LinkError } from "../../../src/sync/ports.ts";
import { parsePeerId } from "../../../src/swarm/peer_id.ts";
import { type Lab, nodeTest, recordOf, within } from "../_lab.ts";

const SCRIPTS = new URL("../processes/", import.meta.url).pathname;

Deno.test("a process with a node, a relay and a link ends by itself when they are stopped", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-A", `${SCRIPTS}start_and_stop.ts`],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const { code, stdout } = await within(child.output(), "see the process end");
    assert.equal(code, 0);
    assert.equal(new TextDecoder().decode(stdout), "stopped\n");
  } finally {
    kill(child);
  }
});

Deno.test("installNets() keeps the process alive until the last net is gone", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", `${SCRIPTS}throw_nothing.ts`],
  }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
    "debug: Event (close)",
    "error: a promise",
    "error: a listener",
    "alive",
  ]);
  assert.equal(code, 1);
});

nodeTest("a peer that is killed in the middle of an answer fails the request", async (lab: Lab) => {
  const hex = Array.from(lab.swarmKey, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-A", `${SCRIPTS}serve_slowly.ts`, hex],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const addr = await firstLine(child.stdout);
    const peer = parsePeerId(addr.split("/p2p/")[1]!)!;
    const link = await lab.dialer(await lab.node()).connect(recordOf({ peer }, [addr]));
    const started = Promise.withResolvers<void>();
    const waiting = assert.rejects(
      link.pull({ cursor: 0, limit: 1 }),
      (error: LinkError) => error.code === "closed",
    );
    const [connection] = lab.nodes[0]!.libp2p.getConnections();
    const look = setInterval(() => {
      const stream = connection!.streams.find((it) => it.protocol.includes("pull"));
      stream?.addEventListener("message", () => started.resolve(), { once: true });
    }, 5);
    await started.promise.finally(() => clearInterval(look));
    child.kill("SIGKILL");
    await waiting;
  } finally {
    kill(child);
  }
});

async function firstLine(output: ReadableStream<Uint8Array>): Promise<string> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The process ended early: ${text}`);
    text += value;
  }
  await reader.cancel();
  return text.split("\n")[0]!;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
}
