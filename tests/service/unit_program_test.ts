import assert from "node:assert/strict";
import { execStart } from "../../src/service/systemd_unit.ts";
import { renderLaunchdPlist } from "../../src/service/launchd_plist.ts";
import { unitProgram } from "../../src/service/unit_program.ts";

Deno.test("unitProgram() names what a unit starts, however its path is written", () => {
  for (const path of ["/home/ann/.local/bin/rr", "/a b/100%/$x/rr", "/ümlaut/<&>/rr"]) {
    const script = `${path}.js`;
    const unit = `[Service]\nExecStart=${
      execStart([path, script, "p2p-sync", "--watch"])
    }\nRestart=x\n`;
    assert.deepEqual(unitProgram(unit), [path, script]);
    const plist = renderLaunchdPlist({
      program: { kind: "node", node: path, script },
      args: ["p2p-sync"],
      environment: { RUSTORY_USER_ID: "/not/this" },
    }, "/Users/ann");
    assert.deepEqual(unitProgram(plist), [path, script]);
  }
  const ofDeno = execStart(["/d/deno", "run", "--quiet", "file:///src/cli.ts", "p2p-sync"]);
  assert.deepEqual(unitProgram(`ExecStart=${ofDeno}`), ["/d/deno", "/src/cli.ts"]);
});

Deno.test("unitProgram() passes over what it cannot tell", () => {
  assert.deepEqual(unitProgram(""), []);
  assert.deepEqual(unitProgram("ExecStart=%h/.local/bin/rr p2p-sync"), []);
});
