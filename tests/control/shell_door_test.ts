import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { askAsShell } from "../../src/control/shell_client.ts";
import { ShellLine } from "../../src/control/shell_line.ts";
import {
  serveShellDoor,
  type ShellDoorDeps,
  type ShellDoorHandlers,
} from "../../src/control/shell_door.ts";
import { MAX_FIELD_BYTES, parseShellRequest } from "../../src/control/shell_request.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { denoFiles } from "../../src/world/deno.ts";
import { RecordingLogger } from "../fakes/recording_logger.ts";

const FIELDS = [
  "/dev/pts/3",
  "24:6",
  "100",
  "30",
  "xterm",
  "s1",
  "/w",
  "--up --ahead no-colour tmux tmux=/tmp/tmux-0/default,7,0 locale=C",
  "git",
];

Deno.test("parseShellRequest() reads a terminal and what it is for, and refuses anything else", () => {
  const request = parseShellRequest("pick", FIELDS);
  assert.deepEqual(request, {
    verb: "pick",
    pick: {
      tty: "/dev/pts/3",
      identity: "24:6",
      columns: 100,
      rows: 30,
      term: "xterm",
      session: "s1",
      cwd: "/w",
      up: true,
      noColour: true,
      locale: "C",
      inTmux: true,
      tmux: "/tmp/tmux-0/default,7,0",
      ahead: true,
      query: "git",
    },
  });
  assert.throws(() => parseShellRequest("pick", FIELDS.slice(1)), /it is none/);
  assert.throws(() => parseShellRequest("delete", []), /it is none/);
  assert.throws(() => parseShellRequest("pick", FIELDS.with(1, "")), /which terminal/);
  assert.deepEqual(parseShellRequest("suggest", ["s1", "/w", "gi"]), {
    verb: "suggest",
    suggest: { session: "s1", cwd: "/w", text: "gi" },
  });
  assert.deepEqual(parseShellRequest("earlier", ["s1", "gi", "20"]), {
    verb: "earlier",
    earlier: { session: "s1", text: "gi", skip: 20 },
  });
  for (const skip of ["", "-1", "x", "1e9", "9999999999"]) {
    assert.throws(() => parseShellRequest("earlier", ["s1", "", skip]), /how many/);
  }
  assert.throws(() => parseShellRequest("suggest", ["s1"]), /it is none/);
  assert.throws(() => parseShellRequest("toString", []), /it is none/);
  const strange = parseShellRequest("pick", FIELDS.with(2, "-1").with(3, "99999"));
  assert.ok(strange.verb === "pick" && strange.pick.columns === 80 && strange.pick.rows === 24);
});

const NOTHING: ShellDoorHandlers = {
  ingest: () => Promise.resolve(),
  pick: () => Promise.resolve(),
  suggest: () => Promise.resolve(undefined),
  earlier: () => Promise.resolve([]),
};

function depsOf(): ShellDoorDeps {
  return {
    clock: systemClock(),
    files: denoFiles(),
    random: systemRandom(),
    logger: new RecordingLogger(),
  };
}

async function untilThere(path: string): Promise<void> {
  while (denoFiles().stat(path) === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a connection gets for what it sends, until the other side closes it. */
function answers(port: number, ...fields: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1");
  let got = "";
  socket.on("data", (data) => got += new TextDecoder().decode(data as Uint8Array));
  socket.on("close", () => resolve(got)).on("error", reject);
  socket.write(fields.map((field) => `${field}\0`).join(""));
  return promise;
}

Deno.test("serveShellDoor() answers who has the token, says nothing to others, and takes its file away", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/door`;
  const stop = new AbortController();
  let taken = 0;
  const served = serveShellDoor(
    path,
    {
      ingest: () => Promise.resolve(taken++),
      pick: () => Promise.resolve(),
      suggest: ({ text }) => Promise.resolve(text === "gi" ? "git status" : undefined),
      earlier: ({ text, skip }) =>
        skip > 1 ? Promise.reject(new Error("no")) : Promise.resolve([`${text}1`, `${text}\n2`]),
    },
    depsOf(),
    stop.signal,
  );
  try {
    await untilThere(path);
    assert.equal(denoFiles().stat(path)?.mode, 0o600);
    const [port, token, expected] = Deno.readTextFileSync(path).trim().split(" ");
    assert.notEqual(token, expected);
    assert.equal(await answers(Number(port), token!, "ingest"), `${expected}\0ok\0`);
    assert.equal(
      await answers(Number(port), token!, "suggest", "s", "/", "gi"),
      `${expected}\0=git status\0`,
    );
    assert.equal(await answers(Number(port), token!, "suggest", "s", "/", "x"), `${expected}\0=\0`);
    assert.equal(
      await answers(Number(port), token!, "earlier", "s", "l", "0"),
      `${expected}\0=l1\0=l\n2\0.\0`,
    );
    for (const odd of [["earlier", "s", "", "2"], ["earlier", "s", "", "x"], ["guess"]]) {
      assert.equal(await answers(Number(port), token!, ...odd), `${expected}\0`, "hung up");
    }
    assert.equal(await answers(Number(port), expected!, "ingest"), "");
    assert.equal(await answers(Number(port), token!.slice(1), "ingest"), "");
    for (let at = 0; at < token!.length; at++) {
      const other = token!.slice(0, at) + (token![at] === "0" ? "1" : "0") + token!.slice(at + 1);
      assert.equal(await answers(Number(port), other, "ingest"), "", `another sign at ${at}`);
    }
    assert.equal(taken, 1);

    const note = Deno.readTextFileSync(path);
    Deno.removeSync(path);
    await untilThere(path);
    assert.equal(Deno.readTextFileSync(path), note, "a cleaner took it away");
  } finally {
    stop.abort();
    await served;
    assert.equal(denoFiles().stat(path), undefined);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("askAsShell() is answered as a shell is, and tells where nobody answers", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/door`;
  const stop = new AbortController();
  const files = denoFiles();
  const ask = (...fields: string[]): Promise<string | undefined> =>
    askAsShell(path, fields, files, stop.signal);
  const handlers: ShellDoorHandlers = {
    ...NOTHING,
    pick: ({ tty, cwd }, line) => Promise.resolve(line.send(`${tty} in ${cwd}`)),
  };
  assert.equal(await ask("ingest"), undefined, "there is no door");
  const served = serveShellDoor(path, handlers, depsOf(), stop.signal);
  try {
    await untilThere(path);
    assert.equal(await ask("ingest"), "ok");
    assert.equal(await ask("pick", ...FIELDS), "/dev/pts/3 in /w");
    assert.equal(await ask("guess"), undefined, "hung up");
    const [port, token] = Deno.readTextFileSync(path).split(" ");
    Deno.writeTextFileSync(path, `${port} ${token} another\n`);
    assert.equal(await ask("ingest"), undefined, "a stranger at the port");
  } finally {
    stop.abort();
    await served;
    await assert.rejects(ask("ingest"), { name: "AbortError" });
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("serveShellDoor() leaves the file of another daemon where it is", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/door`;
  const stop = new AbortController();
  const served = serveShellDoor(path, NOTHING, depsOf(), stop.signal);
  try {
    await untilThere(path);
    Deno.writeTextFileSync(path, "1 another one\n");
    stop.abort();
    await served;
    assert.equal(Deno.readTextFileSync(path), "1 another one\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

// As on a disk that has become read-only.
Deno.test("serveShellDoor() ends, and nobody answers any more, where its file cannot be removed", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/door`;
  const stop = new AbortController();
  const served = serveShellDoor(path, NOTHING, depsOf(), stop.signal);
  try {
    await untilThere(path);
    const port = Number(Deno.readTextFileSync(path).split(" ")[0]);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    stop.abort();
    await served;
    await assert.rejects(Deno.connect({ port }), Deno.errors.ConnectionRefused);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ShellLine knows a shell that left before anybody asked, and no field that is too long", async () => {
  const { promise: accepted, resolve } = Promise.withResolvers<ShellLine>();
  const server = createServer((socket) => resolve(new ShellLine(socket))).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const shell = connect((server.address() as AddressInfo).port, "127.0.0.1");
    shell.on("error", () => {});
    const line = await accepted;
    shell.write(`${"x".repeat(MAX_FIELD_BYTES)}\0${"x".repeat(MAX_FIELD_BYTES + 1)}\0`);
    assert.equal((await line.next())?.length, MAX_FIELD_BYTES);
    await assert.rejects(line.next(), /more than 16384 bytes/);
    shell.destroy();
    const gone = Promise.withResolvers<void>();
    line.onEnd(gone.resolve);
    await gone.promise;
    assert.equal(line.isOpen, false);
    let isTold = false;
    line.onEnd(() => isTold = true);
    assert.ok(isTold);
  } finally {
    server.close();
  }
});
