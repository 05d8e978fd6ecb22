import assert from "node:assert/strict";
import fc from "fast-check";
import type { QueryPlace } from "../../src/search/language/filters.ts";
import { parseWords } from "../../src/search/language/parse.ts";
import { parseQuery } from "../../src/search/query.ts";
import { textQuery } from "../../src/search/matching/text_matcher.ts";
import { IncrementalSearch } from "../../src/search/search.ts";
import { generateEntries } from "../fakes/history_generator.ts";
import { indexOf } from "../search/_index_of.ts";
import { open } from "../store/_open.ts";
import { annsWorld, rr } from "./_run.ts";

const NOWHERE: QueryPlace = {
  hostname: undefined,
  deviceId: undefined,
  userId: undefined,
  cwd: undefined,
  home: undefined,
  session: undefined,
  nowMs: 0,
};

const TEXTS = [
  "vim résumé.txt".normalize("NFC"),
  "vim résumé.txt".normalize("NFD"),
  "vim resume.txt",
  "CAFÉ",
  "cafe",
  "ls",
  "ls -la",
  " ls ",
  "als",
  "git status",
  "größe K",
  "ガ",
  "カ",
];

Deno.test("words find the same commands in the database and on the screen (property)", () => {
  using history = open(":memory:");
  const some = generateEntries(TEXTS.length, { seed: 9 });
  const entries = TEXTS.map((command, i) => ({ ...some[i]!, command }));
  history.log.append(entries.slice(0, 7));
  while (history.index.catchUp() > 0);
  history.log.append(entries.slice(7));
  const index = indexOf(TEXTS);
  const part = fc.constantFrom(
    ..."résumé resume é cafe CAFÉ ls git st größe GRÖSSE カ ガ . K k".split(" "),
    "é".normalize("NFD"),
  );
  const word = fc.tuple(
    fc.constantFrom("", "!"),
    fc.constantFrom("", "^", "'"),
    part,
    fc.constantFrom("", "$"),
  )
    .map((parts) => parts.join(""));
  const letterCases = fc.constantFrom("smart" as const, "exact" as const, "ignored" as const);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      letterCases,
      (words, letterCase) => {
        const { text } = parseWords(words, NOWHERE);
        const search = new IncrementalSearch(
          index,
          parseQuery(text, "substring", { letterCase }),
          100,
        );
        search.step(() => false);
        const onScreen = search.found().lines.map((line) => index.text(line)).sort();
        const query = { text: textQuery(text, { letterCase }), limit: 100 };
        const newest = history.search.find(query).map((e) => e.command).sort();
        const further = history.search.findFurther(query).map((e) => e.command).sort();
        assert.deepEqual(newest, onScreen);
        assert.deepEqual(further, onScreen);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("rr search says on a terminal that nothing matches, and where", async () => {
  using world = annsWorld({ terminal: true });
  const path = `${world.home}/else.db`;
  await rr(world, "--db-path", path, "record", "--cmd", "ls");
  const { code, out, err } = await rr(world, "--db-path", path, "search", "x");
  assert.deepEqual([code, out], [1, ""]);
  assert.equal(err, `info: nothing in ${path} matches\n`);
  world.terminal = false;
  assert.equal((await rr(world, "--db-path", path, "search", "x")).err, "");
});

Deno.test("where nothing is found, what may have been meant is said", async () => {
  using world = annsWorld({ terminal: true });
  await rr(world, "record", "--cmd", "ls", "--cwd", "/srv", "--hostname", "vps");
  await rr(world, "record", "--cmd", "ls", "--cwd", "/srv", "--hostname", "desk");
  const cases: readonly (readonly [string, RegExp | undefined])[] = [
    ["host:vpz", /no command of the host "vpz" is known; is vps meant\?/],
    [
      "host:elsewhere",
      /no command of the host "elsewhere" is known; there are (desk, vps|vps, desk)/,
    ],
    ["host:VPS", /no command of the host "VPS" is known; is vps meant\?/],
    ["host:desk.lan", /no command of the host "desk.lan" is known; is desk meant\?/],
    ["after:fryday", /"after:fryday" was looked for as text: the filter takes "since then: 2h/],
    ["exit:nope", /"exit:nope" was looked for as text/],
    ["hots:vps", /"hots:vps" was looked for as text; is host: meant\?/],
    ["http://x", undefined],
    ["nothing:like", undefined],
    ["host:vps zz", undefined],
    ["-- host:vpz", undefined],
  ];
  for (const [query, said] of cases) {
    const words = query.split(" ");
    for (const verb of [["search"], ["stats"], ["delete", "--dry-run"]]) {
      const { err } = await rr(world, ...verb, ...words);
      if (said === undefined) assert.doesNotMatch(err, /looked for as text|is known/, query);
      else assert.match(err, said, query);
    }
  }
});

Deno.test("Tab offers the folders of the history, and not the word for one that nobody knows", async () => {
  using world = annsWorld();
  Deno.writeTextFileSync(`${world.home}/.zsh_history`, ": 1700000000:0;ls\n: 1700000001:0;pwd\n");
  await rr(world, "import", "--from", "zsh");
  await rr(world, "record", "--cmd", "make", "--cwd", "/srv/app");
  for (const name of ["in", "below"]) {
    const { out } = await rr(world, "__complete", "search", `${name}:`);
    assert.match(out, new RegExp(`^${name}:/srv/app\t`, "m"));
    assert.doesNotMatch(out, /unknown/);
  }
});
