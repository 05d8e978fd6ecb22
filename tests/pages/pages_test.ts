/**
 * Every command block of the pages for users is typed in printed order on fresh homes; what cannot be is
 * named here with its reason, and counted.
 */
import assert from "node:assert/strict";
import { createLan, createStar, whyNoNamespaces } from "../../scripts/lab/netns.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { ROOT } from "../../scripts/tools.ts";
import { COMMANDS, isCommand } from "../../src/cli/commands.ts";
import { asksForHelp } from "../../src/cli/line/help.ts";
import { readLine } from "../../src/cli/line/read_line.ts";
import { testOrSkip } from "../service/_tools.ts";
import { fragmentsOf } from "./_fragments.ts";
import { blocksOf, type CommandLine, pages } from "./_blocks.ts";
import { Person } from "./_person.ts";

/** Where the blocks of a page are typed; all of them, but for those below. */
const TYPED: Readonly<Record<string, string>> = {
  "README.md": "below",
  "docs/pairing.md": "below",
  "docs/hub.md": "below",
  "service/README.md": "tests/service/systemd_pages_test.ts",
};

Deno.test("every command block of every page is typed by a test", () => {
  const withBlocks = pages().filter((page) => blocksOf(page).length > 0);
  assert.deepEqual(withBlocks.toSorted(), Object.keys(TYPED).toSorted());
});

Deno.test("every rr line of the pages, the help texts and CONTRIBUTING is one that rr reads", async () => {
  let seen = 0;
  const all = pages().flatMap(fragmentsOf).filter(({ kind }) => kind === "block")
    .map(({ text }) => text.replace(/\s+#\s.*$/, ""));
  for (const line of [...all, ...examples("docs/commands.md"), ...examples("CONTRIBUTING.md")]) {
    const match = /^rr\s+([^|<>&;"$]*)$/.exec(line);
    if (match === null) continue;
    const [name, ...words] = match[1]!.match(/(?:'[^']*'|[^\s'])+/g)!.map((word) =>
      word.replaceAll("'", "")
    );
    assert.ok(isCommand(name!), line);
    const { command } = await COMMANDS[name!]!.load();
    if (!asksForHelp(command, words)) assert.doesNotThrow(() => readLine(command, words), line);
    seen++;
  }
  assert.ok(seen > 60, `only ${seen} lines were found`);
});

/** Lines that begin with `rr` below "Examples:", or in a block. */
function examples(page: string): string[] {
  const text = Deno.readTextFileSync(`${ROOT}${page}`);
  const parts = [...text.matchAll(/^Examples:\n((?: {2}.*\n)+)/gm)].map(([, lines]) => lines!);
  return parts.join("").split("\n").map((line) => line.trim().replace(/ {2,}\S.*$/, ""))
    .filter((line) => line.startsWith("rr ") && !/['\\]/.test(line));
}

const noNamespaces = await whyNoNamespaces();

Deno.test("the README, word for word, makes two machines that sync", async () => {
  await using parts = new AsyncDisposableStack();
  const [laptop, desktop] = await twoMachines(parts);
  await Deno.writeTextFile(`${laptop!.home}/.bash_history`, "docker ps\nmake test\n");
  await Deno.writeTextFile(`${desktop!.home}/.bash_history`, "docker run hello\n");
  const before = await Deno.readTextFile(`${desktop!.home}/.bashrc`);
  await follow("README.md", [laptop!, desktop!]);
  assert.equal(await Deno.readTextFile(`${desktop!.home}/.bashrc`), before);
  await laptop!.until("rr search 'docker run hello'");
  await desktop!.until("rr search 'make test'");
});

Deno.test("docs/pairing.md, word for word", async () => {
  await using parts = new AsyncDisposableStack();
  const [laptop, desktop] = await twoMachines(parts);
  await laptop!.types("rr record --cmd 'make test'");
  await desktop!.types("rr record --cmd 'docker run hello'");
  let said = "";
  await follow("docs/pairing.md", [laptop!, desktop!], (text) => said += text);
  // On one machine the way and the address are others.
  if (noNamespaces !== undefined) return;
  const shown = fragmentsOf("docs/pairing.md").filter(({ text }) => /^(Found|In sync)/.test(text));
  assert.equal(shown.length, 2);
  for (const { text } of shown) {
    assert.ok(plain(said).includes(plain(text)), `${text}\n\n${said}`);
  }
});

testOrSkip("docs/hub.md, word for word, on two networks", noNamespaces, async () => {
  await using parts = new AsyncDisposableStack();
  const star = parts.use(await createStar(1, { hubAddress: "10.215.0.1" }));
  const hosts = await Deno.makeTempFile();
  parts.defer(() => Deno.remove(hosts));
  await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n10.215.0.1 hub.example.org\n");
  const hub = parts.use(new Person("hub", { namespace: star.hub, hosts }));
  const laptop = parts.use(new Person("laptop", { namespace: star.hosts[0]!.name, hosts }));
  await follow("docs/hub.md", [hub, laptop]);
});

testOrSkip(
  "CONTRIBUTING.md, two devices by hand, and none stays running",
  noNamespaces,
  async () => {
    await using parts = new AsyncDisposableStack();
    const { hosts } = parts.use(await createLan(1));
    const machine = parts.use(new Person("newcomer", { namespace: hosts[0]!.name }));
    machine.program("deno", `exec ${Deno.execPath()} "$@"`);
    const script = Deno.readTextFileSync(`${ROOT}CONTRIBUTING.md`)
      .match(/^## Two devices by hand\n[^]*?^```sh\n([^]*?)^```$/m)![1]!;
    const file = `${machine.home}/block.sh`;
    await Deno.writeTextFile(file, script);
    const child = await machine.starts(`cd ${ROOT} && TMPDIR=${machine.home} exec bash ${file}`);
    await child.line((line) => line === "echo from a");
    // What is left running would keep its output open.
    assert.equal(await child.exited, 0, child.output());
  },
);

/** Two machines: on one network of their own, or, where none can be made, both on this one. */
async function twoMachines(parts: AsyncDisposableStack): Promise<Person[]> {
  if (noNamespaces !== undefined) {
    const env = { RUSTORY_P2P_LISTEN: "/ip4/0.0.0.0/tcp/0" };
    return ["laptop", "desktop"].map((name) => parts.use(new Person(name, { env })));
  }
  const { hosts } = parts.use(await createLan(2));
  return ["laptop", "desktop"].map((name, i) =>
    parts.use(new Person(name, { namespace: hosts[i]!.name }))
  );
}

/** Without what differs from machine to machine. */
function plain(text: string): string {
  const address = /\b(?:\d+(?:\.\d+){3}|[0-9a-f]+:[0-9a-f:]+(?:%[\w-]+)?)/g;
  return text.replaceAll(address, "A").replaceAll(/\d[\d,]*/g, "N")
    .replaceAll("N command ", "N commands ");
}

/** The one line that is not typed: it is what runs this test. */
const RUNS_THIS = "npx -y deno@2.9.6 task test";

/** Commands whose exit code says what they found: no service here, nothing that matches. */
const FINDING = ["doctor", "search", "delete"];

/** Types all lines of a page, each on its machine; `hear` gets what a code that was typed led to. */
async function follow(
  page: string,
  machines: readonly Person[],
  hear: (said: string) => void = () => {},
): Promise<void> {
  let shown: Shown | undefined;
  for (const { lines } of blocksOf(page)) {
    for (const { who, text } of lines) {
      const there = machines.filter(({ name }) => who === "both" || who === name);
      if (text === RUNS_THIS) continue;
      if (who === "checkout") await machines[0]!.types(text, [0], ROOT);
      else assert.notEqual(there.length, 0, `${page}: who types ${text}?`);
      for (const machine of there) shown = await type(machine, text, shown, hear);
    }
  }
}

/** A pairing that a machine shows. */
interface Shown {
  readonly child: Child;
  readonly code: string;
  readonly port: string | undefined;
}

async function type(
  machine: Person,
  text: CommandLine["text"],
  shown: Shown | undefined,
  hear: (said: string) => void,
): Promise<Shown | undefined> {
  if (text === "rr setup") {
    // There is no systemd for the user here; what it says then is done.
    const said = await machine.answers(text);
    assert.match(said, /Ready with \d+ old commands?\. Open a new terminal and press ctrl-r/);
    await (await machine.starts("exec rr p2p-sync --watch --interval-sec 1 --push"))
      .line((line) => line.includes("p2p listen: "));
    return shown;
  }
  if (text === "rr uninstall") {
    await machine.answers("yes | rr uninstall --no-service --yes");
    return shown;
  }
  if (text.startsWith("rr hub install")) {
    const said = await machine.types(text);
    const [, line] = /no system service here: keep `(.*)` running/.exec(said)!;
    await (await machine.starts(`exec ${line}`)).line((one) => one.includes("tracker listen: "));
    return shown;
  }
  if (text === "rr pair" || text === "rr hub pair") return await show(machine, text);
  if (text.startsWith("rr pair ")) {
    const port = noNamespaces === undefined ? "" : ` --at 127.0.0.1:${shown!.port}`;
    hear(await machine.types(text.replace("7-guitar-planet", shown!.code) + port));
    assert.equal(await shown!.child.exited, 0, shown!.child.output());
    return undefined;
  }
  const codes = FINDING.includes(text.split(" ")[1]!) ? [0, 1] : [0];
  await machine.types(text, codes);
  return shown;
}

async function show(machine: Person, text: string): Promise<Shown> {
  const child = await machine.starts(`exec ${text}`);
  const line = await child.line((one) => /rr pair \d/.test(one));
  const code = /\d+-[a-z]+-[a-z]+/.exec(line)![0];
  if (text !== "rr pair") return { child, code, port: undefined };
  const ways = await child.line((one) => one.startsWith("It finds this one by"));
  return { child, code, port: /\(port (\d+)\)/.exec(ways)?.[1] };
}
