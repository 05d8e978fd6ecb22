/** A daemon with nothing to do costs no battery, whatever it waits for. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { Lab, LOOPBACK } from "./_lab.ts";

/** The scheduler counts in hundredths of a second. */
const TICK_MS = 10;
const MEASURED_MS = 2_000;
/** Seen: 2 to 4 %, which is more on a slow machine; where it looks as often as it can, all that it gets. */
const MOST_OF_A_CORE = 0.3;
/** Behind the name, which may hold blanks; see proc_pid_stat(5). */
const USER_TICKS_AT = 11;

Deno.test({
  name: "a daemon that waits for a dead tracker, and for its history to come back, is at rest",
  ignore: Deno.build.os !== "linux", // /proc
  fn: async (t) => {
    await using lab = new Lab();
    const env = { RUSTORY_TRACKERS: "http://127.0.0.1:1", RUSTORY_LAN_DISCOVERY: "false" };
    const device = await lab.device("laptop", { env });
    await device.record("echo before");
    const daemon = await device.startDaemon("--listen", LOOPBACK, "--log-level", "debug");
    await daemon.line((line) => line.includes("Round done"));
    await t.step("a tracker that refuses", () => atRest(daemon.pid));

    const folder = device.database.replace(/\/[^/]*$/, "");
    Deno.renameSync(folder, `${folder}-away`);
    await daemon.line((line) => line.includes("letting go of it"));
    await t.step("a history that is away", () => atRest(daemon.pid));
    Deno.renameSync(`${folder}-away`, folder);
    await daemon.line((line) => line.includes("The history is open again"));
    assert.equal(await device.stopDaemon(), 0, daemon.output());
  },
});

/** The least of two looks: what follows upon an event is still done in the first. */
async function atRest(pid: number): Promise<void> {
  const shares = [await shareOfACore(pid), await shareOfACore(pid)];
  assert.ok(Math.min(...shares) < MOST_OF_A_CORE, `${shares.join(" and ")} of a core`);
}

async function shareOfACore(pid: number): Promise<number> {
  const clock = systemClock();
  const [since, before] = [clock.monotonic(), await ticks(pid)];
  await clock.sleep(MEASURED_MS); // what is measured is a rate
  return (await ticks(pid) - before) * TICK_MS / (clock.monotonic() - since);
}

async function ticks(pid: number): Promise<number> {
  // Deno itself reads there only with all permissions.
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/stat`] }).output();
  const [, fields = ""] = new TextDecoder().decode(stdout).split(") ");
  const [user, system] = fields.split(" ").slice(USER_TICKS_AT);
  return Number(user) + Number(system);
}
