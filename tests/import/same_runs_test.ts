/**
 * What several programs noted of the same runs: imported in whichever order, and beside what our own hook
 * recorded, each run is there once.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { ImportSource } from "../../src/import/import_sources.ts";
import { Fixture, T } from "./_importing.ts";

interface Run {
  readonly command: string;
  /** In seconds, with fractions. */
  readonly start: number;
  readonly ran: number;
}

/** Puts what it noted of the runs at a path. */
interface Program {
  readonly from: ImportSource;
  readonly write: (runs: readonly Run[], path: string) => void;
}

const floor = Math.floor;
const text = (line: (run: Run) => string): Program["write"] => (runs, path) =>
  Deno.writeTextFileSync(path, runs.map(line).join(""));

function database(
  schema: string,
  row: (run: Run) => readonly (string | number | null)[],
): Program["write"] {
  return (runs: readonly Run[], path: string): void => {
    using db = new DatabaseSync(path);
    db.exec(`${schema}; BEGIN`);
    const table = /TABLE (\w+)/.exec(schema)![1];
    for (const run of runs) {
      const values = row(run);
      db.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join()})`).run(...values);
    }
    db.exec("COMMIT");
  };
}

const MCFLY = `CREATE TABLE commands (cmd TEXT, session_id TEXT, when_run INTEGER,
  exit_code INTEGER, dir TEXT)`;
const ATUIN = `CREATE TABLE history (id, timestamp INTEGER, duration, exit, command, cwd,
  session, hostname)`;
const HISHTORY = `CREATE TABLE history_entries (hostname, command, current_working_directory,
  home_directory, exit_code, start_time, end_time)`;

// A program's own hook notes a moment after the shell has.
const LATE = 0.04;

/** Programs that note times. */
const TIMED: Readonly<Record<string, Program>> = {
  "zsh with durations": {
    from: "zsh",
    write: text((r) => `: ${floor(r.start)}:${floor(r.ran)};${r.command}\n`),
  },
  "zsh with SHARE_HISTORY": {
    from: "zsh",
    write: text((r) => `: ${floor(r.start)}:0;${r.command}\n`),
  },
  "bash with times": { from: "bash", write: text((r) => `#${floor(r.start)}\n${r.command}\n`) },
  fish: { from: "fish", write: text((r) => `- cmd: ${r.command}\n  when: ${floor(r.start)}\n`) },
  atuin: {
    from: "atuin",
    write: database(ATUIN, (r) => {
      const ms = floor((r.start + LATE) * 1000);
      return [null, ms * 1e6, floor(r.ran * 1e9), 0, r.command, "/srv", "s", "h:u"];
    }),
  },
  hishtory: {
    from: "hishtory",
    write: database(HISHTORY, (r) => {
      const iso = (s: number): string => new Date(s * 1000).toISOString().replace("T", " ");
      return ["h", r.command, "/srv", "/root", 0, iso(r.start + LATE), iso(r.start + r.ran + LATE)];
    }),
  },
  // It notes the end alone.
  mcfly: {
    from: "mcfly",
    write: database(MCFLY, (r) => [r.command, "s", floor(r.start + r.ran + LATE), 0, "/srv"]),
  },
  resh: {
    from: "resh",
    write: text((r) =>
      `${
        JSON.stringify({
          cmdLine: r.command,
          time: (r.start + LATE).toFixed(4),
          duration: r.ran.toFixed(4),
          pwd: "/srv",
          exitCode: 0,
        })
      }\n`
    ),
  },
};

/** Files of the shells that hold no times, and what programs made of them when they were installed. */
const UNTIMED: Readonly<Record<string, Program>> = {
  "zsh without times": { from: "zsh", write: text((r) => `${r.command}\n`) },
  "bash without times": { from: "bash", write: text((r) => `${r.command}\n`) },
  "hishtory's copy of a file": {
    from: "hishtory",
    write: database(
      HISHTORY,
      (r) => ["h", r.command, "Unknown", "/root", 0, "2024-05-01 10:00:00", "2024-05-01 10:00:00"],
    ),
  },
  "mcfly's copy of a file": {
    from: "mcfly",
    write: database(MCFLY, (r) => [r.command, "IMPORTED", T + 9e6, 0, null]),
  },
  "atuin's copy of a file": {
    from: "atuin",
    write: (runs, path) => {
      let at = T * 1000 + 123;
      database(ATUIN, (r) => [null, at++ * 1e6, -1, -1, r.command, "unknown", "s", "h:u"])(
        runs,
        path,
      );
    },
  },
};

// Short and long runs, the same command at once again, and over the edge of a second.
function life(): Run[] {
  const commands = ["make test", "git status", "vim notes.md", "ssh example.org", "ls", "sleep 3"];
  const lasts = [0.01, 0.7, 1.2, 3, 65, 4000, 0.3];
  let start = T + 0.5;
  return Array.from({ length: 120 }, (_, i) => {
    const run = { command: commands[(i * 7 + floor(i / 5)) % 6]!, start, ran: lasts[i % 7]! };
    start += run.ran + (i % 5 === 0 ? 0.2 : 7.47);
    return run;
  });
}

function record(at: Fixture, runs: readonly Run[], shell: string): void {
  for (const { command, start, ran } of runs) {
    at.record(command, floor((start + 0.001) * 1000), "/srv", "d1", shell, floor(ran * 1000));
  }
}

async function take(
  at: Fixture,
  programs: readonly Program[],
  runs: readonly Run[],
): Promise<void> {
  for (const { from, write } of programs) {
    const path = `${at.folder}/${crypto.randomUUID()}`;
    write(runs, path);
    await at.import({ from, path });
    await at.import({ from, path });
  }
}

function countOf(items: readonly { readonly command: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { command } of items) counts[command] = (counts[command] ?? 0) + 1;
  return counts;
}

const RUNS = life();

for (const [one, first] of Object.entries(TIMED)) {
  Deno.test(`what ${one} and another program noted with times is there once, whichever is first`, async () => {
    for (const [other, second] of Object.entries(TIMED)) {
      using at = new Fixture();
      await take(at, [first, second], RUNS);
      assert.deepEqual(countOf(at.all()), countOf(RUNS), `${one}, then ${other}`);
    }
  });

  Deno.test(`what ${one} noted and our hook recorded in part is there once`, async () => {
    using at = new Fixture();
    record(at, RUNS.slice(50), first.from === "bash" ? "bash" : "zsh");
    await take(at, [first], RUNS);
    assert.deepEqual(countOf(at.all()), countOf(RUNS));
  });

  Deno.test(`what ${one} has and another has not is not taken for known`, async () => {
    for (const [other, second] of Object.entries(TIMED)) {
      using at = new Fixture();
      const some = RUNS.filter((_, i) => i % 4 === 1);
      await take(at, [first], some);
      await take(at, [second], RUNS);
      assert.deepEqual(countOf(at.all()), countOf(RUNS), `some of ${one}, then ${other}`);
    }
  });
}

for (const [name, untimed] of Object.entries(UNTIMED)) {
  Deno.test(`what ${name} has without times and another program noted before is there once`, async () => {
    for (const [other, program] of Object.entries({ ...TIMED, ...UNTIMED })) {
      using at = new Fixture();
      await take(at, [program, untimed], RUNS);
      assert.deepEqual(countOf(at.all()), countOf(RUNS), `${other}, then ${name}`);
    }
  });
}

Deno.test("what programs copied from a shell's file is what its hook recorded, and another shell's file is not", async () => {
  for (const [name, program] of Object.entries(UNTIMED)) {
    using at = new Fixture();
    record(at, RUNS, "zsh");
    await take(at, [program], RUNS);
    const times = program.from === "bash" ? 2 : 1;
    assert.equal(at.all().length, times * RUNS.length, name);
  }
});

Deno.test("an end belongs to a start whose duration fits, and without one to the nearest", async () => {
  using at = new Fixture();
  const build = (start: number, ran: number): Run => ({ command: "make", start: T + start, ran });
  record(at, [build(0, 5)], "zsh");
  await take(at, [TIMED.mcfly!], [build(100, 20)]);
  assert.equal(at.all().length, 2, "what ended a minute later is another run");
  await take(at, [TIMED["zsh with SHARE_HISTORY"]!], [build(0, 5), build(100, 20)]);
  assert.equal(at.all().length, 2);
});
