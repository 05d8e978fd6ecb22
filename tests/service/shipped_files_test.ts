import assert from "node:assert/strict";
import { renderLaunchdPlist } from "../../src/service/launchd_plist.ts";
import { authorship, seal } from "../../src/service/marker.ts";
import { shippedFiles } from "../../src/service/shipped_files.ts";
import { renderSystemdUnit } from "../../src/service/systemd_unit.ts";
import {
  DAEMON_ARGS,
  LAUNCHD_LABEL,
  memoryEnvironment,
  SYSTEMD_UNIT,
  type UnitSpec,
  YOUNG_OBJECTS,
} from "../../src/service/unit.ts";
import { systemdVerify, testOrSkip, whyNot } from "./_tools.ts";

const FOLDER = new URL("../../service/", import.meta.url);

Deno.test("the files in service/ are what `deno task service-files` writes", async () => {
  const files = await shippedFiles();
  for (const [name, text] of files) {
    assert.equal(await Deno.readTextFile(new URL(name, FOLDER)), text, name);
  }
  const there = Array.from(Deno.readDirSync(FOLDER), (item) => item.name);
  assert.deepEqual(there.sort(), [...files.keys(), "README.md"].sort());
});

Deno.test("a unit copied by hand counts as ours, so that `rr service install` may replace it", async () => {
  assert.equal(
    await authorship(await Deno.readTextFile(new URL("rustory.service", FOLDER))),
    "ours",
  );
});

Deno.test("rustory.service runs the daemon with the flags of the original", async () => {
  const text = await Deno.readTextFile(new URL("rustory.service", FOLDER));
  const command =
    "%h/.local/bin/rr p2p-sync --watch --interval-sec 60 --start-jitter-sec 10 --push";
  assert.match(text, new RegExp(`^ExecStart=${command.replaceAll(".", "\\.")}$`, "m"));
  assert.match(text, /^Restart=always$/m);
  assert.match(text, /^RestartSec=5$/m);
  assert.match(text, /^Type=notify$/m);
  assert.doesNotMatch(text, /^MemoryDenyWriteExecute=/m);
});

Deno.test("the shipped files are what `rr service install` writes for the compiled program", async () => {
  const user = (path: string): UnitSpec => ({
    program: { kind: "compiled", path },
    args: DAEMON_ARGS,
    environment: memoryEnvironment("compiled"),
  });
  const unit = renderSystemdUnit(user("/home/ann/.local/bin/rr")).replace("/home/ann", "%h");
  const agent = renderLaunchdPlist(user("/Users/YOU/.local/bin/rr"), "/Users/YOU");
  assert.equal(await Deno.readTextFile(new URL(SYSTEMD_UNIT, FOLDER)), await seal(unit));
  const plist = await Deno.readTextFile(new URL(`${LAUNCHD_LABEL}.plist`, FOLDER));
  assert.equal(plist, await seal(agent));
});

Deno.test("memoryEnvironment() names the variable that a kind of program heeds", () => {
  assert.deepEqual(memoryEnvironment("deno"), { DENO_V8_FLAGS: YOUNG_OBJECTS });
  assert.deepEqual(memoryEnvironment("node"), { NODE_OPTIONS: YOUNG_OBJECTS });
  assert.deepEqual(memoryEnvironment("compiled"), {});
});

Deno.test("rustory.service has the C library give memory back, and the Mac, which has another, is told nothing", async () => {
  const unit = await Deno.readTextFile(new URL("rustory.service", FOLDER));
  assert.match(unit, /^Environment=MALLOC_ARENA_MAX=\d+( MALLOC_[A-Z_]+_=\d+)+$/m);
  const plist = await Deno.readTextFile(new URL(`${LAUNCHD_LABEL}.plist`, FOLDER));
  assert.doesNotMatch(plist, /MALLOC/);
});

const noVerify = await whyNot("systemd-analyze", "--version");
testOrSkip(
  "systemd-analyze verify has nothing to say about the shipped units",
  noVerify,
  async () => {
    const files = await shippedFiles();
    for (const [name, text] of files) {
      if (!name.endsWith(".service")) continue;
      const scope = name === "rustory.service" ? "user" : "system";
      const complaints = await systemdVerify(new Map([[name, text]]), scope);
      assert.equal(complaints, "");
    }
  },
);

Deno.test("every hardening line of the user unit says why it is there", async () => {
  const text = await Deno.readTextFile(new URL("rustory.service", FOLDER));
  const lines = text.slice(text.indexOf("# Hardening"), text.indexOf("# Left out")).split("\n");
  const bare = lines.filter((line, at) => /^[A-Z]/.test(line) && !lines[at - 1]?.startsWith("#"));
  assert.deepEqual(bare, []);
});
