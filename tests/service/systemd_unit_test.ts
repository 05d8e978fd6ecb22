import assert from "node:assert/strict";
import fc from "fast-check";
import { RrError } from "../../src/base/rr_error.ts";
import { seal } from "../../src/service/marker.ts";
import type { Program } from "../../src/service/program.ts";
import {
  environmentLine,
  execStart,
  renderSystemdUnit,
  systemdWord,
} from "../../src/service/systemd_unit.ts";
import { DAEMON_ARGS } from "../../src/service/unit.ts";
import { assertGolden } from "./_golden.ts";
import { systemdVerify, testOrSkip, whyNot } from "./_tools.ts";

const noVerify = await whyNot("systemd-analyze", "--version");

const PROGRAMS: Record<string, Program> = {
  compiled: { kind: "compiled", path: "/home/ann/.local/bin/rr" },
  deno: {
    kind: "deno",
    deno: "/home/ann/.deno/bin/deno",
    module: "file:///home/ann/src/rustory/cli.ts",
  },
  node: {
    kind: "node",
    node: "/usr/bin/node",
    script: "/usr/lib/node_modules/@rustory/cli/cli.js",
  },
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  Deno.test(`renderSystemdUnit() of a ${name} program is as the golden file`, async () => {
    const unit = renderSystemdUnit({ program, args: DAEMON_ARGS, environment: {} });
    await assertGolden(`${name}.service`, await seal(unit));
  });
}

const ODD = renderSystemdUnit({
  program: { kind: "compiled", path: "/home/a b;/100%/$HOME/bin/rr" },
  args: ["--db-path", "/data/my histories/é.db", ...DAEMON_ARGS],
  environment: { RUSTORY_USER_ID: 'an "n" %h $x', RUSTORY_DEVICE_ID: "laptop" },
});

Deno.test("renderSystemdUnit() with odd paths and ids is as the golden file", async () => {
  await assertGolden("odd.service", await seal(ODD));
});

testOrSkip(
  "systemd-analyze verify has nothing to say about any rendered unit",
  noVerify,
  async () => {
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const unit = renderSystemdUnit({ program, args: DAEMON_ARGS, environment: { A: "b c" } });
      const complaints = await systemdVerify(new Map([[`rr-${name}.service`, unit]]), "user");
      assert.equal(complaints, "");
    }
  },
);

testOrSkip(
  "systemdVerify() hears of a fault, so that silence means something",
  noVerify,
  async () => {
    const unit = ODD.replace("Restart=always", "Restart=sometimes");
    const complaints = await systemdVerify(new Map([["rr-bad.service", unit]]), "user");
    assert.match(complaints, /restart specifier/);
  },
);

const printable = fc.string({ unit: "grapheme", maxLength: 30 })
  // deno-lint-ignore no-control-regex
  .map((text) => text.replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, "_"));
const nasty = fc.oneof(
  printable,
  fc.string({ unit: fc.constantFrom(..."\\\"'%$ ;#=:@-+!{}hn0x".split("")), maxLength: 20 }),
);

Deno.test("execStart() is read back by systemd's rules as the command line that went in", () => {
  fc.assert(fc.property(nasty, fc.array(nasty, { maxLength: 6 }), (name, args) => {
    const command = [`/${name.replace(/["'\\]/g, "_")}`, ...args];
    assert.deepEqual(readExecStart(execStart(command)), command);
  }));
});

Deno.test("execStart() refuses a program that systemd would refuse", () => {
  for (const path of ["/home/o'brien/rr", '/a"b', "/a\\b"]) {
    assert.throws(
      () => execStart([path]),
      (error) => error instanceof RrError && error.code === "invalid" && error.hint !== undefined,
    );
  }
});

Deno.test("environmentLine() is read back by systemd's rules", () => {
  fc.assert(fc.property(nasty, (value) => {
    const line = environmentLine("RUSTORY_USER_ID", value);
    assert.ok(line.startsWith("Environment="));
    const words = splitWords(line.slice("Environment=".length)).map(withoutSpecifiers);
    assert.deepEqual(words, [`RUSTORY_USER_ID=${value}`]);
  }));
});

Deno.test("systemdWord() leaves plain words unquoted and refuses what no unit can hold", () => {
  assert.equal(systemdWord("--interval-sec"), "--interval-sec");
  assert.equal(systemdWord(""), '""');
  assert.equal(systemdWord(";"), '";"');
  for (const bad of ["a\nb", "\0", "\u001b[31m", "\ud800", "\u0085"]) {
    assert.throws(
      () => systemdWord(bad),
      (error) => error instanceof RrError && error.code === "invalid" && error.hint !== undefined,
      JSON.stringify(bad),
    );
  }
});

// The rules of systemd.syntax(7) and systemd.service(5), written down independently.

function readExecStart(value: string): string[] {
  assert.doesNotMatch(value, /\n|\\$/);
  const words = splitWords(value);
  let path = withoutSpecifiers(words[0]!);
  const literal = path.startsWith(":");
  if (literal) path = path.slice(1);
  const rest = words.slice(1).map(withoutSpecifiers);
  return [path, ...(literal ? rest : rest.map(withoutVariables))];
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (c === "\\") {
      const next = text[++at]!;
      assert.ok(`\\"'`.includes(next), `escape \\${next}`);
      word = (word ?? "") + next;
    } else if (quote !== "") {
      if (c === quote) quote = "";
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= "";
    } else if (c === " ") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      assert.ok(!(c === ";" && word === undefined), "a bare ; separates commands");
      word = (word ?? "") + c;
    }
  }
  assert.equal(quote, "", "open quote");
  if (word !== undefined) words.push(word);
  return words;
}

function withoutSpecifiers(word: string): string {
  return word.replace(/%(.?)/gs, (_, next: string) => {
    assert.equal(next, "%", "a specifier would be replaced");
    return "%";
  });
}

function withoutVariables(word: string): string {
  assert.doesNotMatch(word, /\$/, "a variable would be replaced");
  return word;
}
