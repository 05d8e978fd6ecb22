/** The history's file is replaced, removed or overwritten under a running daemon. */
import assert from "node:assert/strict";
import { callControl } from "../../../../src/control/client.ts";
import { controlSocketPath } from "../../../../src/control/socket_path.ts";
import type { DaemonConfig } from "../../../../src/app/daemon/daemon_config.ts";
import type { DaemonStatus } from "../../../../src/app/daemon/status/daemon_status.ts";
import { openHistory } from "../../../../src/store/file/open_history.ts";
import { makeEntry } from "../../../fakes/entries.ts";
import { spoolBytes } from "../../../spool/_spool_bytes.ts";
import { DaemonLab } from "../../_daemon_lab.ts";

/** Registers a test with a real daemon whose history has one entry, of which there is a backup. */
function lostTest(
  name: string,
  fn: (lab: DaemonLab, config: DaemonConfig, backup: string) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using lab = new DaemonLab();
      const config = lab.config();
      const backup = `${lab.fake.home}/backup.db`;
      {
        using history = openHistory(config.dbPath, lab.fake);
        history.log.append([makeEntry({ command: "echo first" })]);
      }
      Deno.copyFileSync(config.dbPath, backup);
      lab.start(() => config);
      await lab.untilSessions(1);
      await fn(lab, config, backup);
    },
  });
}

function commands(config: DaemonConfig, lab: DaemonLab): string[] {
  using history = openHistory(config.dbPath, { ...lab.fake, mode: "readonly" });
  const { entries } = history.log.entriesAfter(0, { entries: 100, bytes: 1_000_000 });
  return entries.map((entry) => entry.command);
}

let keys = 0;

/** What a hook writes for one command. */
function typed(config: DaemonConfig, session: string, command: string): void {
  const { folder } = config.intake;
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const bytes = spoolBytes([{
    key: `${++keys}`,
    startedAtMs: Date.now(),
    sinceBoot: false,
    durationMs: 1,
    exitCode: 0,
    shell: "zsh",
    hostname: "laptop",
    cwd: "/srv",
    command,
  }]);
  Deno.writeFileSync(`${folder}/${session}.spool`, bytes, { append: true, mode: 0o600 });
}

async function untilHas(lab: DaemonLab, config: DaemonConfig, command: string): Promise<void> {
  await lab.until(`"${command}" is in the file at the path`, () => {
    try {
      return commands(config, lab).includes(command);
    } catch {
      return false; // being replaced
    }
  });
}

for (const how of ["restored over it", "moved away and restored", "overwritten in its place"]) {
  lostTest(
    `runDaemon() loses no command when the history is ${how}`,
    async (lab, config, backup) => {
      const path = config.dbPath;
      typed(config, "1-1-1", "echo before");
      await untilHas(lab, config, "echo before");
      await lab.until(
        "the log is folded in",
        () => (lab.fake.files.stat(`${path}-wal`)?.size ?? 0) === 0,
      );
      if (how === "restored over it") {
        Deno.copyFileSync(backup, `${path}.new`);
        Deno.renameSync(`${path}.new`, path);
        for (const end of ["-wal", "-shm"]) {
          Deno.removeSync(path + end);
        }
      } else if (how === "moved away and restored") {
        for (const end of ["", "-wal", "-shm"]) Deno.renameSync(path + end, `${backup}.away${end}`);
        typed(config, "1-1-1", "echo between");
        Deno.copyFileSync(backup, path);
      } else Deno.copyFileSync(backup, path);
      typed(config, "1-1-1", "echo after");
      await untilHas(lab, config, "echo after");
      assert.ok(commands(config, lab).includes("echo first"));
      await lab.untilLogged("The history is open again");
      typed(config, "1-1-1", "echo later");
      await untilHas(lab, config, "echo later");
      await lab.untilSessions(2);
      const status = await callControl(controlSocketPath(path), { verb: "status" }) as DaemonStatus;
      assert.deepEqual(status.problems, []);
    },
  );
}

lostTest("runDaemon() begins a new history when the old one was removed", async (lab, config) => {
  for (const end of ["", "-wal", "-shm"]) Deno.removeSync(config.dbPath + end);
  typed(config, "1-1-1", "echo after");
  await untilHas(lab, config, "echo after");
  assert.deepEqual(commands(config, lab), ["echo after"]);
});

lostTest(
  "runDaemon() says why it cannot open what is there now, and waits",
  async (lab, config, backup) => {
    const { dbPath } = config;
    Deno.writeTextFileSync(`${dbPath}.new`, "no database at all, whatever its name says");
    Deno.renameSync(`${dbPath}.new`, dbPath);
    for (const end of ["-wal", "-shm"]) Deno.removeSync(dbPath + end);
    typed(config, "1-1-1", "echo meanwhile");
    await lab.untilLogged("Cannot open the history, trying again");
    const status = await callControl(controlSocketPath(dbPath), { verb: "status" }) as DaemonStatus;
    assert.match(
      status.problems.join(),
      /has been replaced, and cannot be opened: .*not an SQLite/,
    );
    Deno.renameSync(backup, dbPath);
    await untilHas(lab, config, "echo meanwhile");
  },
);

lostTest("runDaemon() makes nothing in the place of a folder that is gone", async (lab, config) => {
  const folder = config.dbPath.slice(0, config.dbPath.lastIndexOf("/"));
  Deno.renameSync(folder, `${folder}.unmounted`);
  await lab.untilLogged("letting go of it");
  await lab.until("the folder is missed", () => {
    assert.equal(lab.fake.files.stat(folder), undefined);
    return true;
  });
  Deno.renameSync(`${folder}.unmounted`, folder);
  await lab.untilLogged("The history is open again");
  typed(config, "1-1-1", "echo after");
  await untilHas(lab, config, "echo after");
  assert.deepEqual(commands(config, lab), ["echo first", "echo after"]);
});

lostTest(
  "runDaemon() answers at the socket of the file that the history has become a link to",
  async (lab, config, backup) => {
    const path = config.dbPath;
    const before = controlSocketPath(path);
    for (const end of ["", "-wal", "-shm"]) Deno.renameSync(path + end, `${path}.away${end}`);
    Deno.symlinkSync(backup, path);
    await lab.untilLogged("The history is open again");
    const after = controlSocketPath(path);
    assert.notEqual(after, before);
    await lab.until("it answers there", () => lab.fake.files.stat(after) !== undefined);
    const { problems } = await callControl(after, { verb: "status" }) as DaemonStatus;
    assert.deepEqual(problems, []);
    await lab.until("the old one is gone", () => lab.fake.files.stat(before) === undefined);
  },
);

lostTest(
  "runDaemon() makes nothing in the place that a link leads to in vain",
  async (lab, config, backup) => {
    const path = config.dbPath;
    Deno.removeSync(path);
    Deno.symlinkSync(`${backup}.later`, path);
    for (const end of ["-wal", "-shm"]) Deno.removeSync(path + end);
    typed(config, "1-1-1", "echo meanwhile");
    await lab.untilLogged("Cannot open the history, trying again");
    assert.equal(lab.fake.files.stat(`${backup}.later`), undefined);
    Deno.renameSync(backup, `${backup}.later`);
    await untilHas(lab, config, "echo meanwhile");
    assert.deepEqual(commands(config, lab), ["echo first", "echo meanwhile"]);
  },
);
