import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { loadSettings } from "../../src/config/load.ts";
import { loadSettingsQuickly } from "../../src/config/load_quickly.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const CONFIGS: Readonly<Record<string, string | undefined>> = {
  "no file": undefined,
  "an empty file": "",
  "plain lines": 'user_id = "ann"\ntrackers = ["a", "b"] # two\nauto_prune = true\n',
  "more of TOML": 'user_id = """\nann"""\nsearch_limit_default = 1_000\n[other]\nx = 1\n',
  "an unknown key": "user_idd = 'x'\n",
  "a refused value": "search_limit_default = 0\n",
  "a slip": 'user_id = "ann\ndb_path = "/x.db"\n',
};

for (const [what, config] of Object.entries(CONFIGS)) {
  Deno.test(`loadSettingsQuickly() gives what loadSettings() gives: ${what}`, async () => {
    using world = new FakeWorld({ env: { USER: "bo", RUSTORY_SEARCH_LIMIT: "7" } });
    if (config !== undefined) {
      Deno.mkdirSync(`${world.home}/.config/rustory`, { recursive: true });
      Deno.writeTextFileSync(`${world.home}/.config/rustory/config.toml`, config);
    }
    const flags = { dbPath: "/f.db" };
    const settings = await loadSettingsQuickly(world, flags, { lenient: true });
    assert.deepEqual(settings, loadSettings(world, flags, { lenient: true }));
  });
}

Deno.test("loadSettingsQuickly() says where a syntax error is unless it is lenient", async () => {
  using world = new FakeWorld();
  Deno.mkdirSync(`${world.home}/.config/rustory`, { recursive: true });
  Deno.writeTextFileSync(`${world.home}/.config/rustory/config.toml`, "a = 1\noops\n");
  await assert.rejects(
    loadSettingsQuickly(world, {}),
    (error) => error instanceof RrError && /config\.toml", line 2/.test(error.message),
  );
});

Deno.test("loadSettingsQuickly() reports a config that may not be read", async () => {
  using world = new FakeWorld();
  Deno.mkdirSync(`${world.home}/.config/rustory/config.toml`, { recursive: true });
  const { problems } = await loadSettingsQuickly(world, {}, { lenient: true });
  assert.deepEqual(problems.map((problem) => problem.kind), ["syntax"]);
});
