/** `rr doctor` where something does not work: real shells, daemons and trackers. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Device } from "../../scripts/lab/device.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

const NEVER = ["--interval-sec", "3600"];
/** A PeerId of no device. */
const NOBODY = "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB";

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly hint: string | null;
}

async function findings(device: Device): Promise<{ code: number; all: Finding[] }> {
  const { code, stdout } = await device.try("doctor", "--json");
  return { code, all: JSON.parse(stdout).checks as Finding[] };
}

/** Asks again and again, as a tracker and a daemon need a moment. */
async function untilFound(device: Device, holds: (finding: Finding) => boolean): Promise<Finding> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { code, all } = await findings(device);
    const found = all.find(holds);
    if (found !== undefined) {
      if (found.level === "error" || found.level === "warn") assert.equal(code, 1);
      return found;
    }
    if (Date.now() > end) assert.fail(JSON.stringify(all.filter(({ level }) => level !== "ok")));
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

interface ShellCase {
  readonly name: string;
  readonly startFile: string;
  readonly line: (program: string) => string;
  /** Options that keep it from reading its start file. */
  readonly bare: readonly string[];
}

const SHELLS: readonly ShellCase[] = [
  {
    name: "zsh",
    startFile: ".zshrc",
    line: (rr) => `source <(${rr} hook --shell zsh)\n`,
    bare: ["-f"],
  },
  {
    name: "bash",
    startFile: ".bashrc",
    line: (rr) => `eval "$(${rr} hook --shell bash)"\n`,
    bare: ["--norc"],
  },
  {
    name: "fish",
    startFile: ".config/fish/config.fish",
    line: (rr) => `${rr} hook --shell fish | source\n`,
    bare: ["--no-config"],
  },
];

for (const shell of SHELLS) {
  Deno.test(`rr doctor, called from a ${shell.name}, says whether that very shell records`, async () => {
    await using lab = new Lab();
    const options: string[] = [];
    const program = { text: "" };
    const before = { line: "" };
    const device = lab.newcomer("a", {
      env: { SHELL: "/bin/false", RUSTORY_USER_ID: "kim" },
      wrap: (argv) => {
        program.text = argv.slice(0, -2).map(quoted).join(" ");
        // Without a second command, the shell gives its process away.
        const line = before.line +
          `${argv.map(quoted).join(" ")}; exit ${shell.name === "fish" ? "$status" : "$?"}`;
        return [shell.name, ...options, "-i", "-c", line];
      },
    });
    const hook = async (): Promise<Finding> => {
      const { code, all } = await findings(device);
      const found = all.find(({ check }) => check === "hook")!;
      assert.equal(code, found.level === "ok" ? 0 : 1, JSON.stringify(all));
      return found;
    };
    const none = await hook();
    assert.equal(none.level, "error");
    assert.match(none.message, /Nothing that is typed is recorded: .* does not load the hook/);
    const path = `${device.home}/${shell.startFile}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    // The program stands in for an installed `rr`, so the words of a usual line are in a comment's place.
    Deno.writeTextFileSync(`${device.home}/rr`, `#!/bin/sh\nexec ${program.text} "$@"\n`, {
      mode: 0o755,
    });
    Deno.writeTextFileSync(path, shell.line(`${device.home}/rr`));
    const loaded = await hook();
    assert.deepEqual(
      [loaded.level, loaded.message.startsWith("In ")],
      ["ok", true],
      loaded.message,
    );
    // A hook makes its folder when it is loaded, and cannot write once somebody has removed it.
    before.line = `rm -r ${device.home}/.rustory/spool; `;
    const gone = await hook();
    assert.match(gone.message, /cannot record: the folder ".*spool" is gone/);
    before.line = "";
    options.push(...shell.bare);
    const bare = await hook();
    assert.match(bare.message, new RegExp(`^This ${shell.name} \\(pid \\d+\\) does not record`));
    assert.match(bare.hint!, new RegExp(`exec ${shell.name}`));
  });
}

Deno.test("rr doctor and rr status tell of devices with another key, another user, the same identity", async () => {
  await using lab = new Lab();
  const tracker = await lab.tracker();
  const env = {
    RUSTORY_TRACKERS: tracker.url,
    RUSTORY_USER_ID: "kim",
    RUSTORY_LAN_DISCOVERY: "false",
  };
  const own = await lab.device("own", { env });
  const other = lab.newcomer("other", { env });
  await other.startDaemon("--listen", LOOPBACK, ...NEVER);
  await own.startDaemon("--listen", LOOPBACK, ...NEVER);
  const stranger = await untilFound(
    own,
    ({ check, message }) => check === "devices" && /another swarm key/.test(message),
  );
  assert.equal(stranger.level, "error");
  assert.match(stranger.message, /knows one device with another swarm key/);
  assert.match(stranger.hint!, /rr pair/);
  assert.match((await own.rr("status")).split("\n")[0]!, /No other device is known/);

  const open = await fetch(`${tracker.url}/api/v1/peers/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      peer_id: "12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB",
      addrs: ["/ip4/127.0.0.1/tcp/9"],
      meta: { user_id: "bob", device_id: "old", hostname: "old-host" },
    }),
  });
  assert.equal(open.status, 200, await open.text());
  const user = await untilFound(own, ({ message }) => /registers as user "bob"/.test(message));
  assert.deepEqual([user.level, user.hint!.includes("rr config set user_id kim")], ["error", true]);

  // A home folder that was copied to another machine, which gave it its own name.
  const clone = await lab.device("clone", { env });
  Deno.copyFileSync(
    `${own.home}/.config/rustory/identity.key`,
    `${clone.home}/.config/rustory/identity.key`,
  );
  const twin = await untilFound(
    clone,
    ({ message }) => /uses the identity of this one/.test(message),
  );
  assert.deepEqual([twin.level, twin.hint], ["error", "On one of them: `rr init --new-identity`"]);
});

Deno.test("rr doctor and rr status tell of a swarm key that was replaced, until somebody has the new one", async () => {
  await using lab = new Lab();
  const env = { RUSTORY_LAN_DISCOVERY: "false" };
  const desktop = await lab.device("desktop", { env });
  const laptop = await lab.device("laptop", { env });
  const daemon = await desktop.startDaemon("--listen", LOOPBACK, ...NEVER);
  const addr = daemon.output().match(/p2p listen: (\S+)/)![1]!;
  await laptop.rr("p2p-sync", "--peers", addr);
  const key = Deno.readTextFileSync(laptop.swarmKey);
  Deno.removeSync(laptop.swarmKey);
  await laptop.rr("swarm-key");
  const replaced = (finding: Finding): boolean => /swarm key was replaced/.test(finding.message);
  assert.equal((await untilFound(laptop, replaced)).level, "error");
  await laptop.startDaemon("--listen", LOOPBACK, "--peers", addr, ...NEVER);
  assert.equal((await untilFound(laptop, replaced)).check, "daemon");
  assert.match((await laptop.rr("status")).split("\n")[0]!, /^The swarm key was replaced/);
  const other = await untilFound(
    laptop,
    ({ check, message }) =>
      check === "devices" && /cannot be synced with: .*swarm key/.test(message),
  );
  assert.match(other.hint!, /rr pair/);
  Deno.writeTextFileSync(laptop.swarmKey, key);
  await untilFound(
    laptop,
    ({ check, message }) => check === "devices" && /In sync with 1 of 1/.test(message),
  );
  const { all } = await findings(laptop);
  assert.equal(all.some(replaced), false);
});

Deno.test("rr doctor finds a daemon that works with other settings and keys than the files say", async () => {
  await using lab = new Lab();
  const device = await lab.device("a");
  await device.rr("init");
  await device.startDaemon("--listen", LOOPBACK, ...NEVER);
  const key = Deno.readTextFileSync(device.swarmKey);
  Deno.writeTextFileSync(device.swarmKey, "not a key");
  const old = await untilFound(
    device,
    ({ check, message }) => check === "daemon" && /goes on with its old keys/.test(message),
  );
  assert.equal(old.level, "error");
  assert.match((await device.rr("status")).split("\n")[0]!, /goes on with its old keys/);
  Deno.removeSync(device.swarmKey);
  const gone = await untilFound(
    device,
    ({ check, message }) => check === "daemon" && /Cannot find the swarm key/.test(message),
  );
  assert.match(gone.message, /Put it back, or take it from another device with `rr pair`$/);
  const { checks } = JSON.parse((await device.try("doctor", "--json")).stdout) as {
    checks: Finding[];
  };
  assert.equal(checks.some(({ message }) => message === "There is no swarm key yet"), false);
  Deno.writeTextFileSync(device.swarmKey, key, { mode: 0o600 });
  await device.rr("config", "set", "log_level", "debug");
  const waits = await untilFound(device, ({ message }) => /still works with the old/.test(message));
  assert.equal(waits.level, "warn");
  const { pid } = JSON.parse(await device.rr("status", "--json")) as { pid: number };
  // What starts it anew depends on whether this machine has a service of rr.
  const restart = new RegExp(`^The new one is taken up by (\`rr service restart\`|.*kill ${pid})`);
  assert.match(waits.hint!, restart);
  const config = `${device.home}/.config/rustory/config.toml`;
  Deno.writeTextFileSync(config, `${Deno.readTextFileSync(config)}\nrelay_addr = "nonsense"\n`);
  const broken = await untilFound(
    device,
    ({ check, message }) => check === "daemon" && /goes on with its old settings/.test(message),
  );
  assert.equal(broken.level, "error");
});

Deno.test("a copied machine is told without any tracker: log, status, and doctor ends with 1", async () => {
  await using lab = new Lab();
  const env = { RUSTORY_LAN_DISCOVERY: "false" };
  const [here, there] = [await lab.device("here", { env }), await lab.device("there", { env })];
  await here.record("echo before");
  await here.rr("p2p-sync", "--peers", "/ip4/127.0.0.1/tcp/9/p2p/" + NOBODY).catch(() => {});
  for (const file of [".rustory/history.db", ".config/rustory/identity.key"]) {
    Deno.mkdirSync(`${there.home}/${file}`.replace(/\/[^/]+$/, ""), {
      recursive: true,
      mode: 0o700,
    });
    Deno.copyFileSync(`${here.home}/${file}`, `${there.home}/${file}`);
  }
  await there.record("echo there");
  const daemon = await there.startDaemon("--listen", LOOPBACK, ...NEVER);
  const line = await daemon.line((text) => text.includes("p2p listen: "));
  const addr = line.slice(line.indexOf("/ip4"));
  const watching = await here.startDaemon("--listen", LOOPBACK, ...NEVER, "--peers", addr);
  const said = await watching.line((text) => text.includes("Another machine"));
  assert.match(said, /rr init --new-identity/);
  const found = await untilFound(here, ({ message }) => message.startsWith("Another machine"));
  assert.equal(found.level, "error");
  assert.match(await here.rr("status"), /^problem +Another machine .*rr init --new-identity/m);
});
