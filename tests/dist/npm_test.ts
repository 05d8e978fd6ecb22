/**
 * The npm package, installed by npm into an empty folder and used by real Nodes: the oldest one that it
 * says it runs on, and a current one. Needs npm and its registry: `deno task test-npm`.
 */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import type { Device } from "../../scripts/lab/device.ts";
import { OLDEST_RUNTIME } from "../../src/world/oldest_runtime.ts";
import { deno, mustRun, ROOT, run } from "../../scripts/tools.ts";
import { Lab, LOOPBACK, said } from "../e2e/_lab.ts";
import { libraryProgram } from "../pages/_library_program.ts";
import { testOrSkip } from "../service/_tools.ts";
import { type Outcome, startSystemd, whyNoSystemd } from "../service/systemd_harness.ts";

const NODES = [OLDEST_RUNTIME.node, "24.21.0"];
const TOO_OLD = "20.20.2";
const NODE_PACKAGE = `node-${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
const TYPESCRIPT = "5.9.3";
/** Processes and sockets of the lab are not the test's own. */
const OPEN = { sanitizeOps: false, sanitizeResources: false };

const noSystemd = await whyNoSystemd();
const folder = await install();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const RR = `${folder}/node_modules/${manifest.name}/bin/rr.js`;

// One folder for all tests: npm takes longer than they do.
async function install(): Promise<string> {
  await mustRun(deno("task", "--quiet", "npm"));
  const tarball = Array.from(Deno.readDirSync(`${ROOT}out/npm`), (item) => item.name)
    .find((name) => name.endsWith(".tgz"));
  const made = await Deno.makeTempDir({ prefix: "rr-npm-" });
  await Deno.writeTextFile(`${made}/package.json`, '{"private":true,"type":"module"}\n');
  const nodes = [...NODES, TOO_OLD].map((version) =>
    `node-${version}@npm:${NODE_PACKAGE}@${version}`
  );
  await mustRun([
    "npm",
    "install",
    "--silent",
    "--no-audit",
    "--no-fund",
    `${ROOT}out/npm/${tarball}`,
    `typescript@${TYPESCRIPT}`,
    ...nodes,
  ], { cwd: made });
  return made;
}

function programOf(version: string): readonly string[] {
  return [`${folder}/node_modules/node-${version}/bin/node`, RR];
}

Deno.test("the package pins its dependencies to the versions of deno.json", async () => {
  const file = `${folder}/node_modules/${manifest.name}/package.json`;
  const { dependencies, engines, bin } = JSON.parse(await Deno.readTextFile(file));
  assert.ok(Object.keys(dependencies).length > 10);
  const pinned: Readonly<Record<string, string>> = manifest.imports;
  for (const [name, version] of Object.entries(dependencies)) {
    assert.equal(`npm:${name}@${version}`, pinned[name]);
  }
  assert.equal(engines.node, `>=${OLDEST_RUNTIME.node}`);
  assert.deepEqual(bin, { rr: "bin/rr.js" });
  assert.ok(await Deno.lstat(`${folder}/node_modules/.bin/rr`));
});

Deno.test("the library has types that tsc takes as they are, syncs, and says what it needs on an old Node", async () => {
  const source =
    `import { loadKeys, type LocalHistory, openHistory, startNode } from "${manifest.name}";
import type { DeviceKeys, Entry, SyncEvent, SyncNode, SyncReport } from "${manifest.name}";

const place = new URL(\`./use-\${Date.now()}/\`, import.meta.url).pathname;
const swarmKeyPath = place + "swarm.key";
const keysOf = (name: string): Promise<DeviceKeys> =>
  loadKeys({ swarmKeyPath, identityKeyPath: place + name + ".key" });
const historyOf = (name: string): Promise<LocalHistory> => openHistory(place + name + ".db");

const kim = { userId: "kim" };
const near = await historyOf("near");
const far = await historyOf("far");
const made: Entry = far.record({ command: "make test", startedAtMs: Date.now() }, { ...kim, deviceId: "far" });
const listen = ["/ip4/127.0.0.1/tcp/0"];
const asked: SyncNode = await startNode({
  ...{ ...kim, history: far, deviceId: "far", listen },
  keys: await keysOf("far"),
});
const events: SyncEvent["type"][] = [];
const asks: SyncNode = await startNode({
  ...{ ...kim, history: near, deviceId: "near", peers: asked.listening() },
  keys: await keysOf("near"),
  onEvent: (event) => events.push(event.type),
});
const report: SyncReport = await asks.syncOnce({ signal: AbortSignal.timeout(30_000) });
await asks[Symbol.asyncDispose]();
await asked[Symbol.asyncDispose]();
const command: string | undefined = near.entriesAfter(0, 10).entries[0]?.command;
if (!near.has(made.id)) throw new Error("it was not synced");
for (const history of [near, far]) history[Symbol.dispose]();
console.log(report.peers[0]?.pull.inserted, command, events.includes("round-done"));
`;
  await Deno.writeTextFile(`${folder}/use.ts`, source);
  await mustRun([
    `${folder}/node_modules/node-24.21.0/bin/node`,
    `${folder}/node_modules/typescript/bin/tsc`,
    ...["--strict", "--module", "nodenext", "--target", "es2023", "--lib", "esnext,dom"],
    "use.ts",
  ], { cwd: folder });
  for (const version of NODES) {
    const [node] = programOf(version);
    const { stdout } = await mustRun([node!, "--no-warnings", "use.js"], { cwd: folder });
    assert.equal(stdout, "1 make test true\n");
  }
  const [tooOld] = programOf(TOO_OLD);
  const { stderr } = await run([tooOld!, "use.js"], { cwd: folder });
  assert.match(stderr, /^Error: rr needs Node 22\.15\.0 or later, and this is Node 20\./m);
});

Deno.test("the program of docs/library.md prints what the page says", async () => {
  const { source, printed } = await libraryProgram();
  await Deno.writeTextFile(`${folder}/program.js`, source);
  for (const version of NODES) {
    const [node] = programOf(version);
    const { stdout } = await mustRun([node!, "--no-warnings", "program.js"], { cwd: folder });
    assert.equal(stdout, `${printed}\n`);
  }
});

Deno.test("rr on a Node that is too old says so in one line and does nothing", async () => {
  for (const words of [["--version"], ["hook", "--shell", "zsh"], ["p2p-sync", "--watch"]]) {
    const { code, stdout, stderr } = await run([...programOf(TOO_OLD), ...words]);
    assert.deepEqual([code, stdout], [1, ""], words.join(" "));
    assert.match(stderr, /^error: rr needs Node 22\.15\.0 or later, and this is Node 20\..*\n$/);
  }
});

for (const version of NODES) {
  Deno.test(`rr on Node ${version} prints its version and nothing else`, async () => {
    const { code, stdout, stderr } = await run([...programOf(version), "--version"]);
    assert.deepEqual([code, stdout, stderr], [0, `rr ${manifest.version}\n`, ""]);
  });

  Deno.test(`rr on Node ${version} imports, records and searches`, async () => {
    await using lab = new Lab();
    const device = await lab.device("laptop", { program: programOf(version) });
    await Deno.writeTextFile(`${device.home}/.zsh_history`, ": 1700000000:3;git status\n");
    assert.match(await device.rr("import", "--shell", "zsh"), /inserted=1/);
    const recorded = await device.try("record", "--cmd", "make test", "--print-id");
    assert.deepEqual([recorded.code, recorded.stderr], [0, ""], "no warning of Node's");
    assert.match(recorded.stdout, /^[0-9a-f-]{36}\n$/);
    const found = await device.rr("search", "--limit", "10", "make");
    assert.match(found, /make test/);
    assert.doesNotMatch(found, /git status/);
  });

  Deno.test(`rr on Node ${version} keeps its compiled code, and loads little of Node to record and to search`, async () => {
    await using lab = new Lab();
    const [node, file] = programOf(version);
    const print = `process.on("exit", () => console.error(JSON.stringify(process.moduleLoadList)))`;
    const program = [node!, "--import", `data:text/javascript,${encodeURIComponent(print)}`, file!];
    const device = await lab.device("laptop", { program });
    const heavy =
      /^NativeModule (child_process|net|stream|tty|crypto|internal\/crypto\/webcrypto)$/;
    for (const words of [["record", "--cmd", "make test"], ["search", "make"]]) {
      const { code, stderr } = await device.try(...words);
      assert.equal(code, 0, stderr);
      const loaded: string[] = JSON.parse(stderr);
      assert.deepEqual(loaded.filter((name) => heavy.test(name)), []);
    }
    const cache = `${device.home}/.cache/rustory/node`;
    const [folder] = Array.from(Deno.readDirSync(cache), ({ name }) => name);
    assert.ok(Array.from(Deno.readDirSync(`${cache}/${folder}`)).length > 3);
    await device.rr("uninstall", "--purge", "--yes", "--no-service");
    const left = Array.from(Deno.readDirSync(device.home), ({ name }) => name);
    assert.ok(!left.includes(".cache"), "not even by the end of that very process");
  });

  Deno.test(`rr hook on Node ${version} is the hook of Deno, but for what it starts`, async () => {
    await using lab = new Lab();
    const here = await lab.device("laptop", { program: programOf(version) });
    const there = await lab.device("desktop");
    const start = /^.*\|\| (__rustory_program.*)$/m;
    const words = programOf(version).map((word) => `'${word}'`);
    const starts: Readonly<Record<string, string>> = {
      zsh: `__rustory_program=(${words.join(" ")})`,
      bash: words.map((word, i) => `__rustory_program[${i}]=${word}`).join(" "),
    };
    for (const [shell, started] of Object.entries(starts)) {
      const ours = (await here.rr("hook", "--shell", shell)).replaceAll(here.home, "~");
      const theirs = (await there.rr("hook", "--shell", shell)).replaceAll(there.home, "~");
      assert.equal(ours.replace(start, ""), theirs.replace(start, ""));
      assert.equal(start.exec(ours)?.[1], started);
    }
  });

  Deno.test(`rr on Node ${version} and rr on Deno sync both ways, over tracker and relay`, {
    ...OPEN,
  }, async () => {
    await using lab = new Lab();
    const program = programOf(version);
    const tracker = await trackerOn(lab, program);
    const relay = await lab.relay();
    const env = { RUSTORY_TRACKERS: tracker, RUSTORY_RELAY_ADDR: relay.addr };
    const node = await lab.device("node", { program, env });
    const other = await lab.device("deno", { env });
    const watch = ["--listen", LOOPBACK, "--interval-sec", "1"];
    await node.startDaemon(...watch);
    await other.startDaemon(...watch);
    const [fromNode, fromDeno] = [await node.record("on node"), await other.record("on deno")];
    await other.untilHas(fromNode);
    await node.untilHas(fromDeno);
    // A long one, which is worth compressing.
    const long = await other.record(`echo ${"zstd ".repeat(5000)}`);
    await node.untilHas(long);
    assert.equal(await node.stopDaemon(), 0, node.daemon.output());
    assert.equal(await other.stopDaemon(), 0);
  });

  Deno.test(`relay-serve on Node ${version} ends with 0 on SIGTERM`, { ...OPEN }, async () => {
    await using lab = new Lab();
    const host = await lab.device("relay", { program: programOf(version) });
    const relay = await host.start("relay-serve", "--listen", LOOPBACK);
    await said(relay, "relay listen: ");
    relay.kill("SIGTERM");
    assert.equal(await relay.exited, 0, relay.output());
  });
}

testOrSkip("rr service on Node: ready, alive and stopped under systemd", noSystemd, async () => {
  await using systemd = await startSystemd("user");
  const rr = (...words: string[]): Promise<Outcome> =>
    systemd.run([...programOf(NODES[0]!), "service", ...words]);
  const config = `${systemd.home}/.config/rustory`;
  await Deno.mkdir(config, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(`${config}/config.toml`, `p2p_listen = ["${LOOPBACK}"]\n`);
  // Node has no datagram sockets of the Unix kind: the messages come from a helper.
  const drop = `${systemd.home}/.config/systemd/user/rustory.service.d`;
  await Deno.mkdir(drop, { recursive: true });
  await Deno.writeTextFile(`${drop}/quick.conf`, "[Service]\nWatchdogSec=3\nTimeoutStopSec=2\n");

  const installed = await rr("install");
  assert.match(installed.stdout, /^service: running/m, installed.stderr);
  const pid = await systemd.property("rustory.service", "MainPID");
  const since = await systemd.property("rustory.service", "WatchdogTimestampMonotonic");
  await systemd.until(
    "rustory.service",
    "WatchdogTimestampMonotonic",
    (at) => Number(at) > Number(since) + 3_500_000,
  );
  assert.equal(await systemd.property("rustory.service", "MainPID"), pid, "it was not killed");
  assert.match((await rr("stop")).stdout, /^service: stopped/m);
  assert.equal(await systemd.property("rustory.service", "Result"), "success");
  assert.match((await rr("uninstall")).stdout, /^service: removed/m);
});

async function trackerOn(lab: Lab, program: readonly string[]): Promise<string> {
  const host: Device = await lab.device("tracker", { program });
  const child = await host.start("tracker-serve", "--bind", "127.0.0.1:0");
  return await said(child, "tracker listen: ");
}
