/**
 * The first minutes of a new user, in steps typed and seconds:
 * `deno run tests/bench/first_minutes_bench.ts [commands]`.
 *
 * Two machines as network namespaces, which needs root on Linux; the programs are there already. First
 * a machine with a zsh history of 10,000 lines, from nothing to the ctrl-r screen; then a second one, to
 * its first command of the other. `rr` runs from the sources. Prints the table of docs/figures.md; what
 * it says of the others are the steps that their documentation asks for, no times.
 */
// deno-lint-ignore-file no-console -- it prints its figures
import { createLan, whyNoNamespaces } from "../../scripts/lab/netns.ts";
import { Pty } from "../../scripts/pictures/pty.ts";
import { denoDir } from "../../scripts/tools.ts";
import { Person } from "../pages/_person.ts";

const COMMANDS = Number(Deno.args[0] ?? 10_000);
/** Of the documented steps of atuin 18 (docs.atuin.sh) and hishtory (its README). */
const OTHERS = {
  first: ["2: line in the rc file, `atuin import auto`", "1: `hishtory install`"],
  second: [
    "4: `atuin register` there, `atuin login`, key, `atuin sync`; an account on a server",
    "1: `hishtory init SECRET`, the secret copied by hand; a server",
  ],
} as const;

const why = await whyNoNamespaces();
if (why === undefined) await bench();
else console.log(`Cannot be measured here: ${why}`);

async function bench(): Promise<void> {
  await using lan = await createLan(2);
  const [first, second] = lan.hosts.map(({ name }) => name);
  await using laptop = new Person("laptop", { namespace: first! });
  await using desktop = new Person("desktop", { namespace: second! });
  const lines = Array.from(
    { length: COMMANDS },
    (_, i) => `: ${1_700_000_000 + i}:0;docker run job-${i % 700} --n ${i}\n`,
  );
  Deno.writeTextFileSync(`${laptop.home}/.zsh_history`, lines.join(""));
  Deno.writeTextFileSync(`${laptop.home}/.zshrc`, "PS1='$ '\n");
  const setup = await timed(() => setUp(laptop));
  const search = await timed(() => firstCtrlR(laptop));
  await (await laptop.starts("exec rr p2p-sync --watch --push"))
    .line((line) => line.includes("p2p listen: "));
  let code = "";
  const shown = await timed(async () => {
    const line = await (await laptop.starts("exec rr pair")).line((one) => /rr pair \d/.test(one));
    code = /\d+-[a-z]+-[a-z]+/.exec(line)![0];
  });
  const paired = await timed(() => desktop.types(`rr pair ${code}`));
  const found = await timed(() => desktop.types("rr search --limit 1 docker"));

  const load = (await Deno.readTextFile("/proc/loadavg")).split(" ")[0];
  console.log(`${COMMANDS} commands, load ${load}\n`);
  row("", "rr", "atuin", "hishtory");
  row("---", "---", "---", "---");
  const one = `2: \`rr setup\`, Enter; ${setup} s, then ${search} s for a new shell and ctrl-r`;
  row("nothing to first ctrl-r", one, ...OTHERS.first);
  const two = `2: \`rr pair\` here, \`rr pair CODE\` there; ${shown} s to the code, ` +
    `${paired} s for the pairing with all commands, ${found} s for the search; no server`;
  row("second machine to first synced command", two, ...OTHERS.second);
}

async function setUp(machine: Person): Promise<void> {
  await machine.answers("SHELL=/bin/zsh rr setup");
}

async function firstCtrlR({ home }: Person): Promise<void> {
  const env = {
    HOME: home,
    PATH: `${home}/bin:${Deno.env.get("PATH")}`,
    DENO_DIR: await denoDir(),
    LANG: "C.UTF-8",
  };
  await using pty = new Pty({ line: "exec zsh -i", env, cwd: home, columns: 100, rows: 30 });
  await pty.until("a prompt", (rows) => rows.some((text) => text.startsWith("$")));
  await pty.type("\x12");
  await pty.until("the picker", (rows) => rows.some((text) => text.includes("docker run")));
}

/** Seconds with one decimal. */
async function timed(work: () => Promise<unknown>): Promise<string> {
  const started = performance.now();
  await work();
  return ((performance.now() - started) / 1_000).toFixed(1);
}

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
