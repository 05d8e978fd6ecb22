/** `record_ignore_dirs` holds for each way by which commands of this device come in. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { createIntake, intakePlanOf } from "../../src/app/intake.ts";
import { loadSettings } from "../../src/config/load.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import type { FakeWorld } from "../fakes/fake_world.ts";
import { spoolBytes } from "../spool/_spool_bytes.ts";
import { annsWorld, entriesOf, rr, writeConfig } from "./_run.ts";

const AT = 1_700_000_000;

/** One command from a folder. */
interface Ran {
  readonly command: string;
  readonly cwd: string;
}

function hooked(world: FakeWorld, ran: readonly Ran[]): void {
  const folder = `${world.home}/.rustory/spool`;
  world.files.makePrivateFolder(folder);
  const records = ran.map((one, i) => ({
    ...{ key: String(i + 1), startedAtMs: AT * 1000 + i, sinceBoot: false, durationMs: 5 },
    ...{ exitCode: 0, shell: "zsh", hostname: "host", ...one },
  }));
  Deno.writeFileSync(`${folder}/1-2-3.spool`, spoolBytes(records), { mode: 0o600 });
}

async function imported(
  world: FakeWorld,
  from: string,
  schema: string,
  row: (ran: Ran, at: number) => string,
  ran: readonly Ran[],
): Promise<void> {
  const path = `${world.home}/${from}.db`;
  {
    using db = new DatabaseSync(path);
    db.exec(`${schema}; ${ran.map(row).join("; ")}`);
  }
  const { code, err } = await rr(world, "import", "--from", from, "--path", path);
  assert.equal(code, 0, err);
}

const WAYS: Readonly<Record<string, (world: FakeWorld, ran: readonly Ran[]) => Promise<unknown>>> =
  {
    "rr record": async (world, ran) => {
      for (const { command, cwd } of ran) {
        await rr(world, "record", "--cmd", command, "--cwd", cwd);
      }
    },
    "a hook, taken in by the next command": async (world, ran) => {
      hooked(world, ran);
      await rr(world, "search");
    },
    "a hook, taken in by the daemon": async (world, ran) => {
      hooked(world, ran);
      const settings = loadSettings(world);
      using history = openHistory(settings.dbPath, world);
      await createIntake(intakePlanOf(settings), world, history).takeIn();
    },
    "import from atuin": (world, ran) =>
      imported(
        world,
        "atuin",
        "CREATE TABLE history (id TEXT, timestamp INTEGER, command TEXT, cwd TEXT)",
        ({ command, cwd }, i) =>
          `INSERT INTO history VALUES ('${i}', ${AT + i}000000000, '${command}', '${cwd}')`,
        ran,
      ),
    "import from hishtory": (world, ran) =>
      imported(
        world,
        "hishtory",
        "CREATE TABLE history_entries (command TEXT, current_working_directory TEXT, home_directory TEXT, start_time TEXT)",
        ({ command, cwd }, i) =>
          `INSERT INTO history_entries VALUES ('${command}', '${
            cwd.replace(world.home, "~")
          }', '${world.home}', '2024-01-02 03:04:0${i}+00:00')`,
        ran,
      ),
    "import from mcfly": (world, ran) =>
      imported(
        world,
        "mcfly",
        "CREATE TABLE commands (id INTEGER, cmd TEXT, when_run INTEGER, dir TEXT)",
        ({ command, cwd }, i) =>
          `INSERT INTO commands VALUES (${i}, '${command}', ${AT + i}, '${cwd}')`,
        ran,
      ),
    "import from nushell": (world, ran) =>
      imported(
        world,
        "nushell",
        "CREATE TABLE history (id INTEGER, command_line TEXT, start_timestamp INTEGER, cwd TEXT)",
        ({ command, cwd }, i) =>
          `INSERT INTO history VALUES (${i}, '${command}', ${AT + i}000, '${cwd}')`,
        ran,
      ),
  };

for (const [way, takeIn] of Object.entries(WAYS)) {
  Deno.test(`nothing from an ignored folder comes in by ${way}`, async () => {
    using world = annsWorld();
    const home = world.home;
    for (const folder of ["secret/deep", "open"]) {
      Deno.mkdirSync(`${home}/${folder}`, { recursive: true });
    }
    Deno.symlinkSync(`${home}/secret`, `${home}/link`);
    writeConfig(world, 'record_ignore_dirs = ["~/secret"]\n');
    await takeIn(world, [
      { command: "echo ignored", cwd: `${home}/secret` },
      { command: "echo below", cwd: `${home}/secret/deep` },
      { command: "echo linked", cwd: `${home}/link/deep` },
      { command: "echo dotted", cwd: `${home}/open/../secret/` },
      { command: "echo kept", cwd: `${home}/open` },
    ]);
    assert.deepEqual(entriesOf(world).map(({ command }) => command), ["echo kept"]);
  });
}
