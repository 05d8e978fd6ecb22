/** `rr` as a process, from its source. */
import assert from "node:assert/strict";
import { PATIENCE_MS } from "../../scripts/lab/patience.ts";
import { DatabaseSync } from "node:sqlite";
import { RR_PERMISSIONS } from "../../scripts/permissions.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Home extends Disposable {
  readonly path: string;
  start(args: readonly string[], env?: Record<string, string>): Deno.ChildProcess;
  rr(...args: string[]): Promise<Ran>;
}

function makeHome(): Home {
  const path = Deno.makeTempDirSync({ prefix: "rr-process-" });
  const denoDir = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const start = (args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...RR_PERMISSIONS, CLI, ...args],
      clearEnv: true,
      env: { HOME: path, DENO_DIR: denoDir, PATH: Deno.env.get("PATH")!, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  return {
    path,
    start,
    rr: (...args) => finish(start(args)),
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

async function finish(child: Deno.ChildProcess, stdin = ""): Promise<Ran> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("rr as a process records, finds, exports, and ends with the right codes", async () => {
  using home = makeHome();
  assert.deepEqual(await home.rr("--version"), { code: 0, out: "rr 0.1.0\n", err: "" });
  const id = await home.rr("record", "--cmd", "echo ünï\n  two", "--print-id");
  assert.equal(id.code, 0);
  assert.match(id.out, /^[0-9a-f-]{36}\n$/);
  assert.deepEqual(await home.rr("search", "two"), { code: 0, out: "echo ünï\n  two\n", err: "" });
  assert.deepEqual(await home.rr("search", "three"), { code: 1, out: "", err: "" });
  assert.equal((await home.rr("serach")).code, 2);
  assert.equal(JSON.parse((await home.rr("search", "--json")).out)[0].id, id.out.trim());
  assert.equal(Deno.statSync(`${home.path}/.rustory/history.db`).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(`${home.path}/.rustory`).mode! & 0o777, 0o700);
});

Deno.test("rr as a process reads a command above the argument limit from stdin", async () => {
  using home = makeHome();
  const long = `echo ${"x".repeat(300_000)}`;
  const ran = await finish(home.start(["record", "--cmd-file", "-"]), long);
  assert.deepEqual(ran, { code: 0, out: "", err: "" });
  assert.equal((await home.rr("search", "xxx")).out, `${long}\n`);
});

Deno.test("rr as a process ends quietly when its reader is gone", async () => {
  using home = makeHome();
  const lines = Array.from({ length: 20_000 }, (_, i) => `echo ${i} ${"y".repeat(50)}`);
  Deno.writeTextFileSync(`${home.path}/.bash_history`, lines.join("\n"));
  const imported = await home.rr("import", "--shell", "bash");
  assert.match(imported.out, /received=20000 inserted=20000/);
  const child = home.start(["search", "echo"]);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  await child.stdin.close();
  const [{ code }, err] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assert.deepEqual([code, err], [0, ""]);
});

Deno.test("many rr record at once lose nothing", async () => {
  using home = makeHome();
  const all = Array.from({ length: 12 }, (_, i) => home.rr("record", "--cmd", `echo ${i}`));
  for (const { code, err } of await Promise.all(all)) assert.deepEqual([code, err], [0, ""]);
  const { out } = await home.rr("search", "--format", "{command}");
  assert.equal(new Set(out.trim().split("\n")).size, 12);
});

Deno.test("an import that is stopped keeps what it has, and says so", async () => {
  using home = makeHome();
  const lines = Array.from({ length: 300_000 }, (_, i) => `: ${1_600_000_000 + i}:0;echo ${i}`);
  Deno.writeTextFileSync(`${home.path}/.zsh_history`, lines.join("\n"));
  const watcher = Deno.watchFs(home.path, { recursive: true });
  const child = home.start(["import"]);
  await changeOf("/history.db-wal", watcher);
  child.kill("SIGINT");
  const { code, err } = await finish(child);
  assert.equal(code, 1);
  assert.match(err, /^error: The import was stopped.*\nhint: Run it again/);
});

Deno.test("an import that waits for a pipe ends at once where it is interrupted", async () => {
  using home = makeHome();
  const child = home.start(["import", "--from", "zsh", "--path", "/dev/stdin"]);
  const writer = child.stdin.getWriter();
  // More than a pipe holds: it is read by now, and waited for.
  await writer.write(new Uint8Array(1_000_000).fill(0x0a));
  child.kill("SIGINT");
  await writer.close().catch(() => {});
  assert.equal((await child.output()).signal, "SIGINT");
});

Deno.test("a database with a write-ahead log is imported where nothing can be written beside it", async () => {
  using home = makeHome();
  const path = `${home.path}/atuin.db`;
  {
    using db = new DatabaseSync(path);
    db.exec(`PRAGMA journal_mode = WAL; CREATE TABLE history (id, timestamp, command);
      INSERT INTO history VALUES ('a', 1700000000000000000, 'make')`);
  }
  // As on a read-only disk, also for root.
  Deno.symlinkSync(`${home.path}/none/of`, `${path}-shm`);
  const whole = await home.rr("import", "--from", "atuin", "--path", path);
  assert.deepEqual([whole.code, whole.err], [0, ""]);
  assert.match(whole.out, / inserted=1 /);
  Deno.writeTextFileSync(`${path}-wal`, "rows that the file alone would lack");
  const lacking = await home.rr("import", "--from", "atuin", "--path", path);
  assert.equal(lacking.code, 1);
  assert.match(lacking.err, /hint: Its newest rows are in ".*-wal"/);
});

async function changeOf(ending: string, watcher: Deno.FsWatcher): Promise<void> {
  const deadline = setTimeout(() => watcher.close(), PATIENCE_MS);
  for await (const { paths } of watcher) {
    if (paths.some((path) => path.endsWith(ending))) break;
  }
  clearTimeout(deadline);
}
