import assert from "node:assert/strict";
import fc from "fast-check";
import { RrError } from "../../src/base/rr_error.ts";
import { renderLaunchdPlist, xmlText } from "../../src/service/launchd_plist.ts";
import { seal } from "../../src/service/marker.ts";
import { DAEMON_ARGS, type UnitSpec } from "../../src/service/unit.ts";
import { assertGolden } from "./_golden.ts";
import { testOrSkip, tryTool, whyNot } from "./_tools.ts";

const noPython = await whyNot("python3", "--version");
const noPlutil = await whyNot("plutil", "-help");

const PLAIN: UnitSpec = {
  program: { kind: "compiled", path: "/Users/ann/.local/bin/rr" },
  args: DAEMON_ARGS,
  environment: {},
};
const ODD: UnitSpec = {
  program: {
    kind: "deno",
    deno: "/Users/ann & bob/<bin>/deno",
    module: "file:///Users/ann%20&%20bob/rr/mod.ts",
  },
  args: ["--db-path", '/Volumes/"data"/é.db', ...DAEMON_ARGS],
  environment: { RUSTORY_USER_ID: "ann & bob", RUSTORY_DEVICE_ID: "<laptop> --> ]]>" },
};

Deno.test("renderLaunchdPlist() of a compiled program is as the golden file", async () => {
  await assertGolden("compiled.plist", await seal(renderLaunchdPlist(PLAIN, "/Users/ann")));
});

Deno.test("renderLaunchdPlist() with odd paths and ids is as the golden file", async () => {
  await assertGolden("odd.plist", await seal(renderLaunchdPlist(ODD, "/Users/ann & bob")));
});

interface Parsed {
  readonly Label: string;
  readonly ProgramArguments: readonly string[];
  readonly EnvironmentVariables?: Readonly<Record<string, string>>;
  readonly RunAtLoad: boolean;
  readonly KeepAlive: boolean;
  readonly StandardOutPath: string;
}

// Stands in for `plutil -lint`, which only macOS has.
const READER = `
import json, plistlib, sys
texts = json.load(sys.stdin)
json.dump([plistlib.loads(t.encode(), fmt=plistlib.FMT_XML) for t in texts], sys.stdout)
`;

async function parsePlists(texts: readonly string[]): Promise<readonly Parsed[]> {
  const ran = await tryTool(["python3", "-c", READER], { stdin: JSON.stringify(texts) });
  assert.equal(ran?.code, 0, ran?.output);
  return JSON.parse(ran!.output);
}

testOrSkip("a plist reader finds in renderLaunchdPlist() what went in", noPython, async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 })
    // deno-lint-ignore no-control-regex
    .map((t) => t.replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, "&"));
  const nasty = fc.oneof(text, fc.string({ unit: fc.constantFrom(..."&<>\"'];-!".split("")) }));
  const seed = 20_240_611;
  const specs = fc.sample(fc.record({ path: nasty, args: fc.array(nasty), id: nasty }), {
    seed,
    numRuns: 200,
  });
  const plists = specs.map(({ path, args, id }) =>
    renderLaunchdPlist(
      { program: { kind: "compiled", path }, args, environment: { RUSTORY_USER_ID: id } },
      "/Users/ann",
    )
  );
  const parsed = await parsePlists(plists);
  for (const [at, { path, args, id }] of specs.entries()) {
    assert.deepEqual(parsed[at]?.ProgramArguments, [path, ...args], `seed ${seed}, run ${at}`);
    assert.deepEqual(parsed[at]?.EnvironmentVariables, { RUSTORY_USER_ID: id }, `seed ${seed}`);
  }
});

testOrSkip("the plist starts at login, stays alive and logs outside /tmp", noPython, async () => {
  const parsed = (await parsePlists([renderLaunchdPlist(PLAIN, "/Users/ann")]))[0]!;
  assert.equal(parsed.Label, "com.rustory.p2p-sync");
  assert.equal(parsed.RunAtLoad, true);
  assert.equal(parsed.KeepAlive, true);
  assert.equal(parsed.StandardOutPath, "/Users/ann/Library/Logs/rustory/p2p-sync.log");
  assert.equal(parsed.EnvironmentVariables, undefined);
});

testOrSkip("plutil -lint has nothing to say", noPlutil, async () => {
  const file = await Deno.makeTempFile({ suffix: ".plist" });
  try {
    await Deno.writeTextFile(file, renderLaunchdPlist(ODD, "/Users/ann"));
    const ran = await tryTool(["plutil", "-lint", file]);
    assert.equal(ran?.code, 0, ran?.output);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("xmlText() refuses what XML cannot hold", () => {
  for (const bad of ["\0", "a\u0008", "\ud800", "\ufffe"]) {
    assert.throws(() => xmlText(bad), (error) => error instanceof RrError);
  }
});
