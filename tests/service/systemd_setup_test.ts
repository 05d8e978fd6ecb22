/** `rr setup` and `rr uninstall` under a real `systemd --user`. */
import assert from "node:assert/strict";
import { denoDir, ROOT } from "../../scripts/tools.ts";
import { type Outcome, startSystemd, whyNoSystemd } from "./systemd_harness.ts";
import { testOrSkip } from "./_tools.ts";

const UNIT = "rustory.service";

testOrSkip(
  "rr setup starts the daemon, again repairs it, and rr uninstall --purge leaves nothing",
  await whyNoSystemd(),
  async () => {
    await using systemd = await startSystemd("user");
    const { home } = systemd;
    const env = {
      DENO_DIR: await denoDir(),
      SHELL: "/bin/bash",
      // The port may be taken on this machine; the daemon has it from the config.
      RUSTORY_P2P_LISTEN: "/ip4/127.0.0.1/tcp/0",
      RUSTORY_LAN_DISCOVERY: "false",
    };
    const rr = (...args: string[]): Promise<Outcome> =>
      systemd.run(
        [Deno.execPath(), "run", "--quiet", "--allow-all", `${ROOT}cli.ts`, ...args],
        env,
      );
    await Deno.writeTextFile(`${home}/.bashrc`, "PS1='$ '");
    await Deno.writeTextFile(`${home}/.bash_history`, "make test\n");
    const before = await files(home);
    await quick(home, ["p2p-sync", "--watch", "--interval-sec", "60"], env);

    const first = await rr("setup", "--yes");
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /run the daemon in the background, from login on \(systemd --user/);
    assert.match(first.stdout, /Ready with 1 old command\. Open a new terminal and press ctrl-r/);
    assert.equal(await systemd.property(UNIT, "ActiveState"), "active");

    // What a person may have broken meanwhile.
    await systemd.systemctl("disable", "--now", UNIT);
    await Deno.writeTextFile(`${home}/.bashrc`, "PS1='$ '\n# >>> rustory >>>\n");
    await Deno.remove(`${home}/.config/rustory/hook.bash`);
    await Deno.remove(`${home}/.config/rustory/identity.key`);
    const again = await rr("setup", "--yes");
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.match(again.stdout, /mend its lines in ~\/\.bashrc/);
    assert.match(await Deno.readTextFile(`${home}/.bashrc`), /hook\.bash"\n# <<< rustory <<<\n$/);
    assert.equal(await systemd.property(UNIT, "ActiveState"), "active");
    assert.equal(await systemd.property(UNIT, "UnitFileState"), "enabled");

    await Deno.writeTextFile(`${home}/.bashrc`, "PS1='$ '");
    const gone = await rr("uninstall", "--purge", "--yes");
    assert.equal(gone.code, 0, gone.stdout + gone.stderr);
    assert.equal(await systemd.property(UNIT, "ActiveState"), "inactive");
    await Deno.remove(`${home}/.config/systemd/user/${UNIT}.d`, { recursive: true });
    assert.deepEqual(await files(home), before);
  },
);

/** As `systemctl --user edit` would make it: without the jitter of 10 s at the start. */
async function quick(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const flags = ["--quiet", "--allow-all", "--unstable-net"];
  const words = [Deno.execPath(), "run", ...flags, `${ROOT}cli.ts`, ...args];
  const variables = Object.entries(env).map(([name, value]) => `Environment=${name}=${value}\n`);
  const folder = `${home}/.config/systemd/user/${UNIT}.d`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/override.conf`,
    `[Service]\nExecStart=\nExecStart=${words.join(" ")}\n${variables.join("")}`,
  );
}

/** All files below a folder by name, with their text; what systemd itself keeps there left out. */
async function files(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (name === "systemd.log") continue;
    if (!isDirectory) found[path] = await Deno.readTextFile(path);
    else Object.assign(found, await files(path));
  }
  return found;
}
