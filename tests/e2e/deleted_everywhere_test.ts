/**
 * What was deleted is in no byte of any file of either device: real daemons, of which one is killed in the
 * middle of it and the other one is away.
 */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import type { Device } from "../../scripts/lab/device.ts";
import { spoolBytes } from "../spool/_spool_bytes.ts";
import { Lab, LOOPBACK, said } from "./_lab.ts";

const ENV = { RUSTORY_LAN_DISCOVERY: "false" };
const OFTEN = ["--interval-sec", "1"];
/** One that spreads over pages of the database, and one of a line. */
const SECRETS = [`echo hunter2-${"long".repeat(3_000)}`, "echo hunter2-short"];
const TRACE = /hunter2/;

Deno.test("a deleted command is in no file of any device, whoever was away or killed", async () => {
  await using lab = new Lab();
  const laptop = await lab.device("laptop", { env: ENV });
  const desktop = await lab.device("desktop", { env: ENV });
  const daemon = await laptop.startDaemon("--listen", LOOPBACK, ...OFTEN);
  const addr = await said(daemon, "p2p listen: ");
  const port = /\/tcp\/\d+/.exec(addr)![0];
  await desktop.startDaemon("--listen", LOOPBACK, "--peers", addr, ...OFTEN);
  const [long, short] = SECRETS as [string, string];
  await laptop.record(long);
  await desktop.record(`echo before; ${short}`);
  typed(desktop, short);
  // The rest of a record whose shell was killed in the middle of it.
  for (const device of [laptop, desktop]) left(device, short);
  // Used for searching, so that it is in every index there is.
  for (const device of [laptop, desktop]) {
    await device.until("all three", ({ log }) => log.count() === 3, PATIENCE_MS);
    assert.match(await device.rr("search", "hunter2"), TRACE);
    assert.ok(filesWith(device.home).length > 0, "the test sees what is there");
  }
  await desktop.stopDaemon();
  await laptop.rr("delete", "--yes", "hunter2");
  laptop.daemon.kill("SIGKILL");
  await laptop.daemon.exited;
  typed(laptop, "rr delete --yes hunter2 | cat");
  await desktop.startDaemon("--listen", LOOPBACK, "--peers", addr, ...OFTEN);
  await laptop.startDaemon("--listen", `/ip4/127.0.0.1${port}`, ...OFTEN);
  for (const device of [laptop, desktop]) {
    await device.until("nothing is left", ({ log }) => log.count() === 0, PATIENCE_MS);
    await device.until("it is cleared", ({ removal }) => !removal.scrubDue(), PATIENCE_MS);
  }
  await desktop.record("ls");
  await laptop.until("a later command", ({ log }) => log.count() === 1, PATIENCE_MS);
  for (const device of [laptop, desktop]) {
    // A file of the spool that was read stays for some seconds, as its shell may be writing to it.
    const isClear = (): boolean => filesWith(device.home).length === 0;
    await device.until("its spool is cleared", isClear, PATIENCE_MS);
    await device.stopDaemon();
    assert.deepEqual(filesWith(device.home), [], device.name);
  }
});

/** What is set aside of a record that will never be finished. */
function left(device: Device, command: string): void {
  const name = `1-${crypto.randomUUID()}.1-a.torn`;
  Deno.writeTextFileSync(`${spoolOf(device)}/${name}`, command, { mode: 0o600 });
}

function spoolOf(device: Device): string {
  const folder = `${device.home}/.rustory/spool`;
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** What a hook leaves when a command has ended. */
function typed(device: Device, command: string): void {
  const folder = spoolOf(device);
  const record = {
    key: "1",
    startedAtMs: Date.now(),
    sinceBoot: false,
    durationMs: 1,
    exitCode: 0,
    shell: "zsh",
    hostname: device.name,
    cwd: "/srv",
    command,
  };
  const name = `1-${crypto.randomUUID()}.spool`;
  Deno.writeFileSync(`${folder}/${name}`, spoolBytes([record]), { mode: 0o600 });
}

/** The files below a folder that hold a part of what was deleted. */
function filesWith(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isFile, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return filesWith(path);
    if (!isFile) return [];
    return TRACE.test(new TextDecoder("latin1").decode(Deno.readFileSync(path))) ? [path] : [];
  });
}
