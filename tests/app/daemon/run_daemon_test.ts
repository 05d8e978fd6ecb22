import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../../scripts/lab/patience.ts";
import { callControl } from "../../../src/control/client.ts";
import { controlSocketPath } from "../../../src/control/socket_path.ts";
import type { DaemonConfig } from "../../../src/app/daemon/daemon_config.ts";
import type { SyncSummary } from "../../../src/app/daemon/status/daemon_control.ts";
import type { DaemonStatus } from "../../../src/app/daemon/status/daemon_status.ts";
import { tryRole } from "../../../src/process/lock.ts";
import { RrError } from "../../../src/base/rr_error.ts";
import { DaemonLab } from "../_daemon_lab.ts";

const SOMEBODY = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB";
/** An address for documentation: no machine has it, so it cannot be listened on. */
const ELSEWHERE = "/ip4/192.0.2.1/tcp/0";

/** libp2p leaves timers behind, so leaks are not looked for. */
const OPEN = { sanitizeOps: false, sanitizeResources: false };

/** Registers a test with real nodes. */
function daemonTest(name: string, fn: (lab: DaemonLab) => Promise<void>): void {
  Deno.test(name, OPEN, async () => {
    await using lab = new DaemonLab();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`"${name}" does not end`)), PATIENCE_MS);
    await Promise.race([fn(lab), late]).finally(() => clearTimeout(timer));
  });
}

daemonTest("runDaemon() begins with nothing that cannot work, and leaves no lock", async (lab) => {
  const running = lab.start(() => lab.config({ relays: ["/ip4/192.0.2.1/tcp/4001"] }));
  await assert.rejects(running, (error: RrError) => {
    return error instanceof RrError && error.code === "config" && error.hint !== undefined;
  });
  await assert.rejects(
    lab.start(() => lab.config({ trackers: ["tracker.example"] })),
    (error: RrError) => error.code === "config" && error.hint !== undefined,
  );
  lab.start(() => lab.config());
  await lab.untilSessions(1);
});

daemonTest("runDaemon() works while it waits for an address to listen on", async (lab) => {
  const stop = new AbortController();
  const config = lab.config({ p2pListen: [ELSEWHERE, "/ip4/127.0.0.1/tcp/0"] });
  const running = lab.start(() => config, stop.signal);
  await lab.untilLogged("it is waited for");
  await lab.untilSessions(1);
  stop.abort(new Error("Stopped by the test"));
  await running;
});

daemonTest(
  "runDaemon() refuses a new configuration that cannot work and leaves all as it is",
  async (lab) => {
    let config = lab.config();
    lab.start(() => config);
    await lab.untilSessions(1);
    const path = controlSocketPath(config.dbPath);
    const before = await callControl(path, { verb: "status" }) as DaemonStatus;
    for (
      const wrong of [{ relays: ["/ip4/192.0.2.1/tcp/4001"] }, { trackers: ["tracker.example"] }]
    ) {
      config = lab.config(wrong);
      assert.equal(lab.fake.raise("SIGHUP"), 1);
      await assert.rejects(callControl(path, { verb: "reload" }), /Cannot use/);
    }
    assert.equal(lab.logger.matching("was not read again").length, 4);
    assert.deepEqual(lab.said.length, 1, "the session was not touched");
    const { listening } = await callControl(path, { verb: "status" }) as DaemonStatus;
    assert.deepEqual(listening, before.listening);
  },
);

daemonTest(
  "runDaemon() goes on with the configuration before if the new one turns out not to work",
  async (lab) => {
    let config = lab.config();
    lab.start(() => config);
    await lab.until("it is ready", () => lab.told.includes("ready"));
    const elsewhere = `${lab.fake.home}/no.key`;
    config = lab.config({ p2pIdentityKeyPath: elsewhere });
    lab.fake.raise("SIGHUP");
    await lab.untilLogged("going on with the one before");
    await lab.untilSessions(2);
    await lab.until("it is ready again", () => lab.told.length === 3);
    assert.deepEqual(lab.told, ["ready", "reloading", "ready"]);
    const [event] = lab.logger.matching("going on with the one before");
    assert.ok(String(event!.fields.error).includes(elsewhere) && event!.fields.hint !== undefined);
    // What is right is taken at the next signal.
    config = lab.config({ p2pListen: ["/ip4/127.0.0.2/tcp/0"] });
    lab.fake.raise("SIGHUP");
    await lab.until("it listens there", () => lab.said.some((line) => line.includes("127.0.0.2")));
  },
);

daemonTest(
  "runDaemon() notices a changed config and a changed key by itself, and keeps to what can be used",
  async (lab) => {
    const folder = `${lab.fake.home}/.config/rustory`;
    const load = (): DaemonConfig => lab.config();
    lab.start(load);
    await lab.until("it is ready", () => lab.told.includes("ready"));
    Deno.writeTextFileSync(`${folder}/config.toml`, "p2p_request_attempts = 7\n");
    await lab.untilLogged("The config file has changed");
    await lab.untilSessions(2);
    const path = `${folder}/config.toml`;
    Deno.renameSync(path, `${path}.away`);
    await lab.untilLogged("was not read again");
    const { problems } = await callControl(controlSocketPath(lab.config().dbPath), {
      verb: "status",
    }) as DaemonStatus;
    assert.match(problems.join(), /old settings: The config .*config\.toml" is gone/);
    Deno.renameSync(`${path}.away`, path);
    await lab.untilLogged("Configuration is unchanged");
    Deno.writeTextFileSync(path, "");
    const refused = (): string =>
      lab.logger.matching("was not read again").map(({ fields }) => fields.error).join();
    await lab.until("an empty one is not read", () => /is empty/.test(refused()));
    Deno.writeTextFileSync(path, "p2p_request_attempts = 7\n");
    const read = (): number => lab.logger.matching("Configuration is unchanged").length;
    await lab.until("it is read", () => read() === 2);
    assert.equal(lab.said.length, 2, "it was the same settings all the while");
    const { swarmKeyPath } = lab.config().keys;
    const key = Deno.readTextFileSync(swarmKeyPath);
    Deno.writeTextFileSync(swarmKeyPath, "not a key");
    await lab.untilLogged("going on with the old one");
    assert.equal(lab.said.length, 2, "the session was not touched");
    Deno.writeTextFileSync(swarmKeyPath, key.replace(/[0-9a-f]{4}\s*$/, "0000\n"));
    await lab.untilLogged("starting anew with it");
    await lab.untilSessions(3);
  },
);

daemonTest(
  "runDaemon() makes no new keys in the place of those that are gone, and waits for them",
  async (lab) => {
    let config = lab.config();
    lab.start(() => config);
    await lab.untilSessions(1);
    const { swarmKeyPath } = config.keys;
    Deno.renameSync(swarmKeyPath, `${swarmKeyPath}.away`);
    config = lab.config({ p2pRequestAttempts: 7 });
    lab.fake.raise("SIGHUP");
    await lab.untilLogged("trying again and again");
    assert.throws(() => Deno.statSync(swarmKeyPath), Deno.errors.NotFound);
    Deno.renameSync(`${swarmKeyPath}.away`, swarmKeyPath);
    await lab.untilSessions(2);
    assert.equal(lab.logger.matching("trying again and again").length, 1, "said once");
  },
);

daemonTest(
  "runDaemon() takes the last of several configurations that come at once",
  async (lab) => {
    let config = lab.config();
    lab.start(() => config);
    await lab.untilSessions(1);
    for (const host of ["127.0.0.2", "127.0.0.3", "127.0.0.4"]) {
      config = lab.config({ p2pListen: [`/ip4/${host}/tcp/0`] });
      lab.fake.raise("SIGHUP");
    }
    await lab.until("it listens there", () => lab.said.some((line) => line.includes("127.0.0.4")));
    assert.equal(lab.said.length, 2, "those in between were never opened");
  },
);

daemonTest(
  "runDaemon() takes a configuration that comes while a session is opened",
  async (lab) => {
    let config = lab.config();
    lab.start(() => config);
    await lab.untilSessions(1);
    lab.onRead = (path): void => {
      if (path !== config.keys.identityKeyPath) return;
      lab.onRead = () => {};
      config = lab.config({ p2pListen: ["/ip4/127.0.0.3/tcp/0"] });
      lab.fake.raise("SIGHUP");
    };
    config = lab.config({ p2pListen: ["/ip4/127.0.0.2/tcp/0"] });
    lab.fake.raise("SIGHUP");
    await lab.until("it listens there", () => lab.said.some((line) => line.includes("127.0.0.3")));
  },
);

daemonTest(
  "runDaemon() answers who waits for a round also if a new configuration comes meanwhile",
  async (lab) => {
    using mute = muteListener();
    let config = lab.config({ peers: [`${mute.addr}/p2p/${SOMEBODY}`] });
    lab.start(() => config);
    await lab.untilSessions(1);
    const path = controlSocketPath(config.dbPath);
    const waiting = callControl(path, { verb: "sync" }, { idleTimeoutMs: Infinity });
    await mute.connected;
    config = lab.config();
    lab.fake.raise("SIGHUP");
    const summary = await waiting as SyncSummary;
    assert.deepEqual(summary.peers, []);
    assert.equal(lab.said.length, 2);
  },
);

daemonTest("runDaemon() ends with the terminal it was started from", async (lab) => {
  lab.fake.terminal = true;
  const running = lab.start(() => lab.config());
  await lab.untilSessions(1);
  lab.fake.raise("SIGHUP");
  assert.equal(lab.logger.matching("Configuration is unchanged").length, 1);
  lab.fake.terminal = false;
  lab.fake.raise("SIGHUP");
  await running;
});

daemonTest("runDaemon() stops while a session is opened", async (lab) => {
  const stop = new AbortController();
  const config = lab.config();
  lab.onRead = (path): void => {
    if (path === config.keys.identityKeyPath) stop.abort(new Error("Stopped by the test"));
  };
  await lab.start(() => config, stop.signal);
  assert.ok(stop.signal.aborted);
});

daemonTest("runDaemon() stops while it waits for what keeps it from going on", async (lab) => {
  const stop = new AbortController();
  let config = lab.config();
  const running = lab.start(() => config, stop.signal);
  await lab.untilSessions(1);
  Deno.removeSync(config.keys.swarmKeyPath);
  config = lab.config({ p2pRequestAttempts: 7 });
  lab.fake.raise("SIGHUP");
  await lab.untilLogged("trying again and again");
  stop.abort(new Error("Stopped by the test"));
  await running;
});

daemonTest(
  "runDaemon() only dials while another process takes the connections, then takes over",
  async (lab) => {
    const config = lab.config({ peers: [`/ip4/127.0.0.1/tcp/1/p2p/${SOMEBODY}`] });
    const other = holdServing(lab, config);
    lab.start(() => config);
    await lab.until("it is ready", () => lab.told.includes("ready"));
    assert.deepEqual(lab.said, []);
    other[Symbol.dispose]();
    await lab.untilSessions(1);
    assert.equal(lab.logger.matching("takes the connections").length, 1);
  },
);

daemonTest(
  "runDaemon() that only serves waits for its turn, is ready, and survives a broken config",
  async (lab) => {
    const stop = new AbortController();
    const config = lab.config({}, { mode: "serve", limit: 0 });
    const other = holdServing(lab, config);
    let isBroken = false;
    const running = lab.start(() => {
      if (isBroken) throw new RrError("config", "Cannot read it");
      return config;
    }, stop.signal);
    await lab.until("it is ready", () => lab.told.includes("ready"));
    isBroken = true;
    lab.fake.raise("SIGHUP");
    assert.equal(lab.logger.matching("was not read again").length, 1);
    other[Symbol.dispose]();
    await lab.untilSessions(1);
    stop.abort(new Error("Stopped by the test"));
    await running;
  },
);

/** A port that takes connections and never says a word. */
function muteListener(): Disposable & { readonly addr: string; readonly connected: Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  (async () => {
    for await (const connection of listener) {
      held.push(connection);
      resolve();
    }
  })().catch(() => {});
  return {
    addr: `/ip4/127.0.0.1/tcp/${listener.addr.port}`,
    connected: promise,
    [Symbol.dispose](): void {
      listener.close();
      for (const connection of held) connection.close();
    },
  };
}

function holdServing(lab: DaemonLab, { dbPath }: DaemonConfig): Disposable {
  lab.fake.files.makePrivateFolder(dbPath.slice(0, dbPath.lastIndexOf("/")));
  const attempt = tryRole(dbPath, "serve", lab.fake);
  if ("lock" in attempt) return attempt.lock;
  throw new Error("Somebody has it");
}
