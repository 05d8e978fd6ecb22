/** The picker in a real terminal: its driver, what it leaves behind, what it prints. */
import assert from "node:assert/strict";
import { Tmux, until, untilFile } from "./_tmux.ts";

const COMMANDS = [
  "git push origin main",
  "ls -la",
  'for f in *; do\n\techo "$f"\ndone',
  "echo 한국어 \x1b]0;owned\x07",
  ...Array.from({ length: 300 }, (_, i) => `make target-${i}`),
];

interface Ended {
  readonly code: number;
  readonly output: string;
  /** The settings of the terminal as `stty -g` prints them. */
  readonly before: string;
  readonly after: string;
}

interface Run {
  readonly tmux: Tmux;
  readonly folder: string;
  ended(): Promise<Ended>;
}

/** How a picker starts. */
interface Options {
  readonly columns?: number;
  readonly rows?: number;
  readonly args?: string;
  /** Assignments before the command. */
  readonly env?: string;
}

async function withPicker(options: Options, test: (run: Run) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rr-test-" });
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const main = new URL("_picker_main.ts", import.meta.url).pathname;
  await Deno.writeTextFile(`${folder}/commands.json`, JSON.stringify(COMMANDS));
  await Deno.writeTextFile(
    `${folder}/run.sh`,
    `stty -g >${folder}/before
printf 'prompt %% '
sh -c 'echo $$ >${folder}/pid; exec env ${
      options.env ?? ""
    } "${Deno.execPath()}" run --quiet -A --config ${config} ${main} ${folder}/commands.json ${
      options.args ?? ""
    }' >${folder}/out
code=$?
stty -g >${folder}/after
echo $code >${folder}/code.tmp; mv ${folder}/code.tmp ${folder}/code
read -r line; echo "got: $line"; sleep 30
`,
  );
  await using tmux = await Tmux.start({
    command: `sh ${folder}/run.sh`,
    columns: options.columns ?? 100,
    rows: options.rows ?? 24,
  });
  try {
    await test({
      tmux,
      folder,
      async ended(): Promise<Ended> {
        const code = Number(await untilFile(`${folder}/code`));
        const read = (name: string): Promise<string> => Deno.readTextFile(`${folder}/${name}`);
        return {
          code,
          output: await read("out"),
          before: await read("before"),
          after: await read("after"),
        };
      },
    });
  } finally {
    await tmux.kill();
    await Deno.remove(folder, { recursive: true });
  }
}

if (!Tmux.isThere()) {
  throw new Error("tmux is not installed: the picker cannot be tested end to end");
}

Deno.test("the picker is typed into, narrows and prints the choice byte for byte", async () => {
  await withPicker({}, async ({ tmux, ended }) => {
    await tmux.untilText("git push origin main");
    await tmux.type("do echo");
    const rows = await tmux.until((all) => all[1]?.startsWith("> do echo") && /↵/.test(all[2]!));
    assert.match(rows[0]!, /^prompt %$/);
    await tmux.press("Enter");
    const { code, output, before, after } = await ended();
    assert.deepEqual([code, output], [0, `edit\n${COMMANDS[2]}`]);
    assert.equal(after, before);
    const left = await tmux.screen();
    assert.deepEqual(left.filter((row) => row !== ""), ["prompt %"]);
  });
});

Deno.test("the picker shows the escape sequences of a history instead of obeying them", async () => {
  await withPicker({ args: "echo" }, async ({ tmux, ended }) => {
    await tmux.untilText("echo 한국어 ␛]0;owned␇");
    await tmux.press("M-Enter");
    assert.equal((await ended()).output, `run\n${COMMANDS[3]}`);
  });
});

for (const key of ["Escape", "C-c", "C-g"]) {
  Deno.test(`the picker is left with ${key}: 130, no output, the terminal as it was`, async () => {
    await withPicker({}, async ({ tmux, ended }) => {
      await tmux.untilText("git push origin main");
      await tmux.press(key);
      const { code, output, before, after } = await ended();
      assert.deepEqual([code, output], [130, ""]);
      assert.equal(after, before);
    });
  });
}

Deno.test("the picker keeps what was typed before it was there", async () => {
  await withPicker({}, async ({ tmux, ended }) => {
    await tmux.type("target-42");
    await tmux.press("Enter");
    assert.equal((await ended()).output, "edit\nmake target-42");
  });
});

Deno.test("the picker leaves what is typed after the choice to the shell", async () => {
  await withPicker({}, async ({ tmux, ended }) => {
    await tmux.untilText("git push origin main");
    await tmux.press("Enter");
    await ended();
    await tmux.type("next");
    await tmux.press("Enter");
    await tmux.untilText("got: next");
  });
});

Deno.test("the picker follows the size of the terminal, down to 20x5 and back", async () => {
  await withPicker({ columns: 100, rows: 20 }, async ({ tmux, ended }) => {
    await tmux.untilText("desk");
    await tmux.resize(20, 5);
    await tmux.until((rows) => rows.length === 5 && rows.some((row) => row.includes("git push")));
    await tmux.resize(120, 30);
    await tmux.untilText("/tmp");
    await tmux.press("C-c");
    const { before, after } = await ended();
    assert.equal(after, before);
  });
});

Deno.test("the picker works on a terminal of 20x5 from the start", async () => {
  await withPicker({ columns: 20, rows: 5 }, async ({ tmux, ended }) => {
    await tmux.until((rows) => rows[1]?.includes("git push origin"));
    await tmux.type("target-7");
    await tmux.until((rows) => rows[1]?.includes("target-7"));
    await tmux.press("Enter");
    assert.equal((await ended()).output, "edit\nmake target-7");
  });
});

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  Deno.test(`the picker puts the terminal back when it is ended by ${signal}`, async () => {
    await withPicker({}, async ({ tmux, folder, ended }) => {
      await tmux.untilText("git push origin main");
      Deno.kill(Number(await untilFile(`${folder}/pid`)), signal);
      const { code, before, after } = await ended();
      assert.equal(code, 130);
      assert.equal(after, before);
      assert.deepEqual((await tmux.screen()).filter((row) => row !== ""), ["prompt %"]);
    });
  });
}

Deno.test("the picker ends when its terminal is closed", async () => {
  await withPicker({}, async ({ tmux, folder }) => {
    await tmux.untilText("git push origin main");
    const pid = Number(await untilFile(`${folder}/pid`));
    await tmux.kill();
    await until("the end of the picker", async () => !(await isRunning(pid)));
  });
});

Deno.test("the picker takes a paste as one line of the query", async () => {
  await withPicker({}, async ({ tmux, ended }) => {
    await tmux.untilText("git push origin main");
    await tmux.paste("make\ntarget-42");
    await tmux.until((rows) => rows[1]?.startsWith("> make target-42"));
    await tmux.press("Enter");
    assert.equal((await ended()).output, "edit\nmake target-42");
  });
});

Deno.test("the picker asks in lines on a dumb terminal", async () => {
  await withPicker({ env: "TERM=dumb", args: "push" }, async ({ tmux, ended }) => {
    await tmux.untilText("number to take");
    await tmux.type("1");
    await tmux.press("Enter");
    const { code, output } = await ended();
    assert.deepEqual([code, output], [0, `edit\n${COMMANDS[0]}`]);
  });
});

Deno.test({
  name: "fzf takes the place of the picker, newlines and all",
  ignore: !isInstalled("fzf"),
  fn: async () => {
    await withPicker({ args: '"" fzf' }, async ({ tmux, ended }) => {
      await tmux.untilText(/304\/304/);
      await tmux.type("echo f do");
      await tmux.untilText(/1\/304/);
      await tmux.press("Tab");
      const { code, output } = await ended();
      assert.deepEqual([code, output], [0, `run\n${COMMANDS[2]}`]);
    });
  },
});

// By `ps`: Deno reads /proc only with all permissions.
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
    .output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout).trim());
}

function isInstalled(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["--version"], stdout: "null" }).outputSync();
    return true;
  } catch {
    const sentence = `${program} is not installed: its test is left out\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(sentence));
    return false;
  }
}
