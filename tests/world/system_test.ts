import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { RrError } from "../../src/base/rr_error.ts";
import { nodeWorld } from "../../src/world/node.ts";
import { systemWorld } from "../../src/world/system.ts";

const SYSTEM = new URL("../../src/world/system.ts", import.meta.url);

Deno.test("systemWorld() on Deno says what this process is", async () => {
  const world = await systemWorld();
  assert.equal(world.runtime, "deno");
  assert.equal(world.pid, Deno.pid);
  assert.equal(world.hostname(), Deno.hostname());
  assert.equal(world.cwd(), Deno.cwd());
  assert.equal(world.program()[0], Deno.execPath());
  assert.equal(world.program().at(-1), Deno.mainModule);
});

Deno.test("env() of both worlds takes a blank variable for an unset one", async () => {
  Deno.env.set("RR_TEST_BLANK", "  ");
  Deno.env.set("RR_TEST_SET", " x ");
  try {
    for (const world of [await systemWorld(), nodeWorld()]) {
      assert.equal(world.env("RR_TEST_BLANK"), undefined);
      assert.equal(world.env("RR_TEST_SET"), " x ");
      assert.equal(world.env("RR_TEST_NEVER_SET"), undefined);
    }
  } finally {
    Deno.env.delete("RR_TEST_BLANK");
    Deno.env.delete("RR_TEST_SET");
  }
});

Deno.test("random bytes of both worlds are as many as asked for, and others each time", async () => {
  for (const { random } of [await systemWorld(), nodeWorld()]) {
    assert.deepEqual([0, 1, 10, 5000].map((length) => random.bytes(length).length), [
      0,
      1,
      10,
      5000,
    ]);
    const seen = new Set(Array.from({ length: 50 }, () => random.bytes(16).join()));
    assert.equal(seen.size, 50);
    const kinds = new Set(random.bytes(5000));
    assert.equal(kinds.size, 256, "every byte occurs");
  }
});

// What is started is not waited for, so it may still be ending when the test does.
const DETACHED = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "startDetached() of both worlds starts the process with the environment",
  DETACHED,
  async () => {
    for (const world of [await systemWorld(), nodeWorld()]) {
      const folder = Deno.makeTempDirSync({ prefix: "rr-detached-" });
      const watcher = Deno.watchFs(folder);
      const deadline = setTimeout(() => watcher.close(), PATIENCE_MS);
      try {
        world.startDetached(
          ["/bin/sh", "-c", `printf %s "$RR_TEST_X" > ${folder}/t && mv ${folder}/t ${folder}/out`],
          { RR_TEST_X: "hello" },
        );
        for await (const event of watcher) {
          if (event.paths.some((path) => path.endsWith("/out"))) break;
        }
        assert.equal(Deno.readTextFileSync(`${folder}/out`), "hello");
      } finally {
        clearTimeout(deadline);
        Deno.removeSync(folder, { recursive: true });
      }
    }
  },
);

Deno.test("startDetached() on Deno says what it could not start", async () => {
  const world = await systemWorld();
  assert.throws(
    () => world.startDetached(["/no/such/program"]),
    (e) => e instanceof RrError && e.code === "io" && e.message.includes("/no/such/program"),
  );
});

Deno.test("a reader that stops reading ends no process and prints nothing", async () => {
  const script = `
    const { systemWorld } = await import(${JSON.stringify(SYSTEM.href)});
    const world = await systemWorld();
    for (let i = 0; i < 200; i++) world.stdout.write("x".repeat(10_000) + "\\n");
    world.exit(7);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", script],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  assert.equal(stderr, "");
  assert.equal(code, 7);
});

Deno.test("onSignal() replaces the default action until disposed", async () => {
  const script = `
    const { systemWorld } = await import(${JSON.stringify(SYSTEM.href)});
    const world = await systemWorld();
    const { promise, resolve } = Promise.withResolvers();
    const timer = setInterval(() => {}, 1000);
    const listening = world.onSignal("SIGTERM", resolve);
    world.stdout.write("ready\\n");
    await promise;
    listening[Symbol.dispose]();
    clearInterval(timer);
    world.stdout.write("stopped\\n");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", script],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (chunk.includes("ready")) child.kill("SIGTERM");
  }
  assert.equal(text, "ready\nstopped\n");
  assert.equal((await child.status).code, 0);
});

Deno.test("the Deno half loads no node: module", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("./deno.ts", SYSTEM).pathname],
    stderr: "null",
  }).output();
  assert.equal(code, 0);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string }[];
  };
  assert.deepEqual(modules.filter((m) => m.specifier.startsWith("node:")), []);
});
