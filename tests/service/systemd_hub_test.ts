/** `rr hub install`, `status` and `uninstall` under a real systemd: the user's and the machine's. */
import assert from "node:assert/strict";
import { denoDir, ROOT } from "../../scripts/tools.ts";
import { serverWith } from "./_server_machine.ts";
import { type Outcome, startSystemd, type TestSystemd, whyNoSystemd } from "./systemd_harness.ts";
import { testOrSkip } from "./_tools.ts";

const UNIT = "rustory-hub.service";
const missing = await whyNoSystemd();

testOrSkip(
  "rr hub of a user: install, status, again with another name, uninstall",
  missing,
  async () => {
    await using systemd = await startSystemd("user");
    const { home } = systemd;
    const port = freePort();
    const hub = (...args: string[]): Promise<Outcome> => rr(systemd, ["hub", ...args]);
    const none = await hub("status");
    assert.equal(none.code, 1);
    assert.match(none.stderr, /No hub runs for ".*\/\.rustory-hub"\nhint: Make one/);

    const installed = await hub("install", "--host", "hub.example", "--tracker-port", `${port}`);
    assert.equal(installed.code, 0, installed.stdout + installed.stderr);
    assert.match(installed.stdout, /^service: rustory-hub, running \(.*rustory-hub\.service\)$/m);
    assert.equal(await systemd.property(UNIT, "ActiveState"), "active");
    assert.equal(await systemd.property(UNIT, "UnitFileState"), "enabled");
    // READY means that the port is open, so status answers at once.
    const fresh = await hub("status");
    assert.equal(fresh.code, 1, "it has no swarm key yet");
    assert.match(fresh.stdout, /^the hub has no swarm key yet: run `rr hub pair`$/m);

    const token = await Deno.readTextFile(`${home}/.rustory-hub/token`);
    const again = await hub("install", "--host", "other.example", "--tracker-port", `${port}`);
    assert.equal(again.code, 0, again.stderr);
    assert.match((await hub("status")).stdout, new RegExp(`http://other\\.example:${port}`));
    assert.equal(await Deno.readTextFile(`${home}/.rustory-hub/token`), token);

    const gone = await hub("uninstall");
    assert.equal(gone.stdout, `service: removed\nkept: ${home}/.rustory-hub\n`);
    assert.equal(await systemd.property(UNIT, "LoadState"), "not-found");
    const unasked = await hub("uninstall", "--purge");
    assert.equal(unasked.code, 2);
    const purged = await hub("uninstall", "--purge", "--yes");
    assert.match(purged.stdout, /^service: was not installed\nremoved: /);
    await assert.rejects(Deno.stat(`${home}/.rustory-hub`), Deno.errors.NotFound);
    assert.equal((await hub("uninstall", "--purge", "--yes")).code, 1);
  },
);

testOrSkip(
  "rr hub of a machine, as root: a user of its own, and nothing left",
  missing,
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "rr-hub-server-" });
    try {
      await using systemd = await startSystemd("system", await serverWith(folder, ["hub"]));
      const hub = (...args: string[]): Promise<Outcome> =>
        systemd.run(["/usr/local/bin/rr", "hub", ...args], { HOME: "/root" });
      const installed = await hub("install", "--host", "hub.example");
      assert.equal(installed.code, 0, installed.stdout + installed.stderr);
      assert.match(installed.stdout, /^hub folder: \/var\/lib\/rustory-hub /m);
      assert.equal(await systemd.property(UNIT, "ActiveState"), "active");
      assert.match(
        (await hub("status")).stdout,
        /^tracker {2}http:\/\/hub\.example:8850, 0 devices/m,
      );
      // A user of its own, which exists only while it runs.
      assert.equal(await systemd.property(UNIT, "DynamicUser"), "yes");
      const purged = await hub("uninstall", "--purge", "--yes");
      assert.equal(purged.code, 0, purged.stderr);
      const places = ["/var/lib", "/etc/systemd/system"];
      const { stdout } = await systemd.run(["find", ...places, "-name", "*rustory*"]);
      assert.equal(stdout, "");
    } finally {
      await Deno.remove(folder, { recursive: true });
      // What the setup needed as a place for its own; stays if something is in it.
      await Deno.remove("/etc/rustory").catch(() => {});
    }
  },
);

async function rr(systemd: TestSystemd, args: readonly string[]): Promise<Outcome> {
  const program = [Deno.execPath(), "run", "--quiet", "--unstable-net", "-A", `${ROOT}cli.ts`];
  return await systemd.run([...program, ...args], { DENO_DIR: await denoDir() });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
