/**
 * Every command block of service/README.md, typed in printed order: the user's under a real
 * `systemd --user`, the server's under a real system one. What cannot be typed is counted, with its reason.
 */
import assert from "node:assert/strict";
import { denoDir, ROOT } from "../../scripts/tools.ts";
import { blocksOf, type CommandBlock } from "../pages/_blocks.ts";
import { program, serverWith } from "./_server_machine.ts";
import { startSystemd, type TestSystemd, whyNoSystemd } from "./systemd_harness.ts";
import { testOrSkip } from "./_tools.ts";

const PAGE = "service/README.md";
const BLOCKS = blocksOf(PAGE);
const missing = await whyNoSystemd();

/** What a block is for, by its number. */
const USERS = [1, 2, 3, 4];
const SERVERS = [7, 8, 9];
/** Blocks that cannot be typed here, and why. */
const NOT_HERE: Readonly<Record<number, string>> = {
  5: "launchd is part of macOS",
  6: "launchd is part of macOS",
};
/** A program that is played by a script that only notes how it was called, and why. */
const PLAYED = { program: "loginctl", why: "the systemd of the test has no logind beside it" };

Deno.test("all blocks of service/README.md are typed, but for two, and one program is played", () => {
  const all = [...USERS, ...SERVERS, ...Object.keys(NOT_HERE).map(Number)].toSorted((a, b) =>
    a - b
  );
  assert.deepEqual(all, BLOCKS.map(({ number }) => number));
  assert.equal(Object.keys(NOT_HERE).length, 2);
  for (const [number] of Object.entries(NOT_HERE)) {
    const texts = blockOf(Number(number)).lines.map(({ text }) => text);
    assert.ok(texts.some((text) => text.startsWith("launchctl ")), NOT_HERE[Number(number)]);
  }
  const played = BLOCKS.flatMap(({ lines }) => lines).filter(({ text }) =>
    text.startsWith(`${PLAYED.program} `)
  );
  assert.equal(played.length, 2, PLAYED.why);
});

testOrSkip("service/README.md for a user, word for word", missing, async () => {
  await using systemd = await startSystemd("user");
  const { home } = systemd;
  const rr = `${Deno.execPath()} run --quiet --unstable-net --no-prompt -A ${ROOT}cli.ts`;
  // `rr service install` writes the unit of a program that runs from the sources; by hand it is this one.
  await program(`${home}/.local/bin/rr`, `exec ${rr} "$@"`);
  await program(`${home}/.local/bin/${PLAYED.program}`, `echo "$@" >>${home}/played`);
  await config(home);
  await quick(home, `${rr} p2p-sync --watch --interval-sec 60 --push`);
  for (const number of USERS) await type(systemd, blockOf(number), `${ROOT}service`, home);
  const played = (await Deno.readTextFile(`${home}/played`)).split("\n");
  // rr itself asks whether it is on.
  const typed = played.filter((line) => /^(?:en|dis)able-linger$/.test(line));
  assert.deepEqual(typed, ["enable-linger", "disable-linger"]);
  assert.equal(await systemd.property("rustory.service", "ActiveState"), "inactive");
});

testOrSkip("service/README.md for a server, word for word", missing, async () => {
  const folder = await Deno.makeTempDir({ prefix: "rr-server-page-" });
  try {
    await using systemd = await startSystemd(
      "system",
      await serverWith(folder, ["tracker", "relay"]),
    );
    for (const number of SERVERS) await type(systemd, blockOf(number), `${folder}/service`);
    assert.equal(await systemd.property("rustory-tracker.service", "ActiveState"), "active");
    assert.equal(await systemd.property("rustory-relay.service", "LoadState"), "not-found");
  } finally {
    await Deno.remove(folder, { recursive: true });
    // What the setup needed as a place for its own; stays if something is in it.
    await Deno.remove("/etc/rustory").catch(() => {});
  }
});

function blockOf(number: number): CommandBlock {
  return BLOCKS[number - 1]!;
}

/** Types a block into one shell that stops at the first line that fails. */
async function type(
  systemd: TestSystemd,
  { number, lines }: CommandBlock,
  cwd: string,
  home = "",
): Promise<void> {
  const text = lines.map(({ text }) => text).join("\n");
  const path = home === "" ? "" : `PATH=${home}/.local/bin:$PATH\n`;
  const script = `set -e\n${path}cd '${cwd}'\n${text}`;
  const env = { DENO_DIR: await denoDir(), SHELL: "/bin/bash" };
  const { code, stdout, stderr } = await systemd.run(["sh", "-c", script], env);
  assert.equal(code, 0, `block ${number} of ${PAGE}:\n${text}\n\n${stdout}${stderr}`);
}

/** A config as `rr init` makes it, with a port that nobody has. */
async function config(home: string): Promise<void> {
  await Deno.mkdir(`${home}/.config/rustory`, { recursive: true, mode: 0o700 });
  const text = 'p2p_listen = ["/ip4/127.0.0.1/tcp/0"]\nlan_discovery = false\n';
  await Deno.writeTextFile(`${home}/.config/rustory/config.toml`, text, { mode: 0o600 });
}

/** As `systemctl --user edit` would make it: without the jitter of 10 s at the start. */
async function quick(home: string, start: string): Promise<void> {
  const folder = `${home}/.config/systemd/user/rustory.service.d`;
  await Deno.mkdir(folder, { recursive: true });
  const text =
    `[Service]\nExecStart=\nExecStart=${start}\nEnvironment=DENO_DIR=${await denoDir()}\n`;
  await Deno.writeTextFile(`${folder}/override.conf`, text);
}
