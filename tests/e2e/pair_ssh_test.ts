/** `rr pair --ssh` by a real ssh to a real sshd, each on loopback and with keys of the test's own. */
import assert from "node:assert/strict";
import type { Device } from "../../scripts/lab/device.ts";
import { RR_PERMISSIONS } from "../../scripts/permissions.ts";
import { Lab } from "./_lab.ts";

const SSHD = "/usr/sbin/sshd";
const ROOT = new URL("../../", import.meta.url).pathname;
const why = await whyNoSshd();
if (why !== undefined) {
  // deno-lint-ignore no-console -- a test that is not run must be seen
  console.error(`\n!!! NOT RUN: pairing over ssh: ${why} !!!\n`);
}

Deno.test({
  name: "rr pair --ssh does both ends over a login that works, whatever the login prints",
  ignore: why !== undefined,
  fn: async () => {
    await using lab = new Lab();
    const far = lab.newcomer("far");
    await installProgram(far);
    await using server = await startSshd(lab.root, far);
    const near = lab.newcomer("near", { env: { PATH: `${server.bin}:${Deno.env.get("PATH")}` } });
    const ofNear = await near.record("echo near");
    const paired = await near.try("pair", "--ssh", "far");
    assert.equal(paired.code, 0, paired.stderr + paired.stdout);
    assert.match(paired.stdout, /far has joined/);
    assert.match(paired.stdout, /In sync with far, direct/);
    assert.match(paired.stderr, /In sync with near, direct: 1 command received/);
    await far.untilHas(ofNear);
    assert.equal(Deno.readTextFileSync(far.swarmKey), Deno.readTextFileSync(near.swarmKey));

    // Where only the start file of a shell that somebody types in puts it on the path, as nvm does.
    await Deno.mkdir(`${far.home}/versions`);
    await Deno.rename(`${far.home}/.local/bin/rr`, `${far.home}/versions/rr`);
    await Deno.writeTextFile(
      `${far.home}/.bashrc`,
      'case $- in *i*) PATH="$HOME/versions:$PATH"; seq 1 400; printf "no end of a line" ;; esac\n',
    );
    await Deno.writeTextFile(`${far.home}/.bash_profile`, ". ~/.bashrc\n");
    const versioned = await near.try("pair", "--ssh", "far");
    assert.equal(versioned.code, 0, versioned.stderr);
    assert.doesNotMatch(versioned.stderr, /job control/);
    await Deno.rename(`${far.home}/versions/rr`, `${far.home}/.local/bin/rr`);

    // A login that goes on and on is left, and told.
    await Deno.writeTextFile(
      `${far.home}/.local/bin/yes-rr`,
      "#!/bin/sh\nexec yes 'Welcome to this machine'\n",
      { mode: 0o755 },
    );
    await Deno.rename(`${far.home}/.local/bin/rr`, `${far.home}/versions/rr`);
    await Deno.rename(`${far.home}/.local/bin/yes-rr`, `${far.home}/.local/bin/rr`);
    const talkative = await near.try("pair", "--ssh", "far");
    assert.equal(talkative.code, 1);
    assert.match(talkative.stderr, /what the login prints there does not come to an end/);
    await Deno.rename(`${far.home}/versions/rr`, `${far.home}/.local/bin/rr`);

    // Again is harmless.
    const again = await near.try("pair", "--ssh", "far");
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /Both had the same swarm key already/);

    // 0.1.0 and the original end so for a command that they do not know.
    const old = "#!/bin/sh\necho 'error: no command `pair`' >&2\nexit 2\n";
    await Deno.writeTextFile(`${far.home}/.local/bin/rr`, old);
    const older = await near.try("pair", "--ssh", "far");
    assert.equal(older.code, 1);
    assert.match(older.stderr, /Cannot pair with far: the rr there is too old\nhint: Update it/);

    await Deno.remove(`${far.home}/.local/bin/rr`);
    const missing = await near.try("pair", "--ssh", "far");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /Cannot pair with far: rr is not there/);

    const nowhere = await near.try("pair", "--ssh", "nowhere.invalid");
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /Cannot log in to nowhere\.invalid/);
  },
});

async function whyNoSshd(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return "an sshd of our own needs root on Linux";
  }
  const found = await Deno.stat(SSHD).catch(() => undefined);
  return found === undefined ? `${SSHD} is not installed (openssh-server)` : undefined;
}

/** An `rr` where a login finds it, with the environment that a login does not have. */
async function installProgram(device: Device): Promise<void> {
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout)) as { denoDir: string };
  const words = [Deno.execPath(), "run", "--quiet", ...RR_PERMISSIONS, `${ROOT}cli.ts`].join(" ");
  const folder = `${device.home}/.local/bin`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/rr`,
    `#!/bin/sh\nexport DENO_DIR='${denoDir}' NO_COLOR=1 RUSTORY_DEVICE_ID=${device.name}\n` +
      `export RUSTORY_P2P_LISTEN=/ip4/127.0.0.1/tcp/0\nexec ${words} "$@"\n`,
    { mode: 0o755 },
  );
}

/** A server on a port of its own, and an `ssh` that knows it by the name `far`. */
async function startSshd(root: string, far: Device): Promise<AsyncDisposable & { bin: string }> {
  const folder = `${root}/ssh`;
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  await Deno.mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  for (const key of ["host", "user"]) {
    await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${key}`);
  }
  await Deno.copyFile(`${folder}/user.pub`, `${folder}/authorized`);
  // The port of a listener that is gone again: sshd cannot say which it took.
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  await Deno.writeTextFile(
    `${folder}/sshd_config`,
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin prohibit-password",
      // What a login prints before anything else, such as the message of the day.
      `ForceCommand echo "Welcome to this machine"; export HOME='${far.home}' SHELL=/bin/bash; ` +
      `eval "$SSH_ORIGINAL_COMMAND"`,
      "",
    ].join("\n"),
  );
  await Deno.writeTextFile(
    `${folder}/ssh_config`,
    [
      "Host far",
      "  HostName 127.0.0.1",
      `  Port ${port}`,
      "  User root",
      `  IdentityFile ${folder}/user`,
      "  IdentitiesOnly yes",
      "  StrictHostKeyChecking no",
      `  UserKnownHostsFile ${folder}/known`,
      "  LogLevel ERROR",
      "",
    ].join("\n"),
  );
  await Deno.writeTextFile(
    `${bin}/ssh`,
    `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/ssh_config "$@"\n`,
    { mode: 0o755 },
  );
  const child = new Deno.Command(SSHD, {
    args: ["-D", "-e", "-f", `${folder}/sshd_config`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  await untilListening(child.stderr);
  return {
    bin,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Resolves when sshd says that it listens, and goes on reading what it says. */
async function untilListening(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let text = "";
  (async () => {
    for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("Server listening")) resolve();
    }
    reject(new Error(`sshd has ended: ${text}`));
  })().catch(reject);
  return await promise;
}

async function run(program: string, ...args: string[]): Promise<void> {
  const done = await new Deno.Command(program, { args, stdin: "null" }).output();
  assert.ok(done.success, new TextDecoder().decode(done.stderr));
}
