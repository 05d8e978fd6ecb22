/** A file is taken for what its bytes say: other formats are named, never read as lines of a shell. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { RrError } from "../../src/base/rr_error.ts";
import { fileKind } from "../../src/import/formats/file_kind.ts";
import { type ImportSource, openSource, sourceIn } from "../../src/import/import_sources.ts";
import { isBroken } from "../../src/shell/broken_record.ts";
import { systemWorld } from "../../src/world/system.ts";

const { files } = await systemWorld();
const ZSH = ": 1700000000:0;ls é\n: 1700000001:0;cd /tmp\n";
const BASH = "#1700000000\nls é\n#1700000001\ncd /tmp\n";
const FISH = "- cmd: ls é\n  when: 1700000000\n- cmd: cd /tmp\n  when: 1700000001\n";
const JSONL = '{"id":"a","command":"ls é"}\n{"id":"b","command":"cd /tmp"}\n';
const COMMANDS = ["ls é", "cd /tmp"];

function withFile(bytes: Uint8Array | string, test: (path: string) => void): () => void {
  return () => {
    const path = Deno.makeTempFileSync({ prefix: "rr-kind-" });
    try {
      Deno.writeFileSync(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
      test(path);
    } finally {
      Deno.removeSync(path);
    }
  };
}

function commandsOf(from: ImportSource, path: string): string[] {
  using source = openSource(from, path, files);
  return [...source.items()].flatMap((item) => isBroken(item) ? [] : [item.command]);
}

function refuses(from: ImportSource, path: string, what: RegExp, hint: RegExp): void {
  assert.throws(
    () => openSource(from, path, files)[Symbol.dispose](),
    (error) =>
      error instanceof RrError && ["invalid", "database"].includes(error.code) &&
      what.test(error.message) &&
      hint.test(error.hint ?? ""),
    `${from} took ${path}`,
  );
}

for (const [shape, text] of Object.entries({ zsh: ZSH, bash: BASH, fish: FISH, jsonl: JSONL })) {
  Deno.test(
    `import: a history of ${shape} is known by its lines, and no other shell reads it`,
    withFile(text, (path) => {
      assert.equal(sourceIn(path, files), shape);
      if (shape !== "jsonl") assert.deepEqual(commandsOf(shape as ImportSource, path), COMMANDS);
      for (const other of ["zsh", "bash", "fish", "jsonl"] as const) {
        if (other === shape) continue;
        refuses(other, path, new RegExp(`a history of ${shape}, not of ${other}`), /--from/);
      }
      refuses("atuin", path, /no SQLite database/, /--from/);
    }),
  );
}

const MIXED: readonly (readonly [ImportSource, string])[] = [
  ["zsh", `${ZSH}plain\n`],
  ["bash", `make\nmake test\n${ZSH}`],
  ["zsh", `${BASH}${ZSH}`],
  ["bash", "- cmd: is no command\nls\ngit log\ngit diff\nmake\n"],
  ["zsh", ""],
  ["bash", "\n\n"],
  ["fish", "\0\0\0\0"],
];
for (const [from, text] of MIXED) {
  Deno.test(
    `import: ${JSON.stringify(text)} is read as the ${from} that was asked for`,
    withFile(text, (path) => void commandsOf(from, path)),
  );
}

for (const [encoding, little] of [["UTF-16LE", true], ["UTF-16BE", false]] as const) {
  for (const mark of ["\ufeff", ""]) {
    Deno.test(
      `import: ${encoding} ${mark === "" ? "without a" : "with its"} mark is read as text`,
      withFile(utf16(mark + ZSH, little), (path) => {
        assert.equal(sourceIn(path, files), "zsh");
        assert.deepEqual(commandsOf("zsh", path), COMMANDS);
      }),
    );
  }
}

function utf16(text: string, little: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) bytes.setUint16(i * 2, text.charCodeAt(i), little);
  return new Uint8Array(bytes.buffer);
}

Deno.test("import: a packed file is named with what unpacks it", async () => {
  const stream = new Blob([ZSH]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  withFile(packed, (path) => {
    assert.equal(sourceIn(path, files), undefined);
    refuses("zsh", path, /packed with gzip/, /gzip -dc FILE \| rr import --from zsh/);
    refuses("mcfly", path, /no SQLite database/, /--path/);
  })();
});

Deno.test(
  "import: a program is no history",
  withFile(Deno.readFileSync(Deno.execPath()).subarray(0, 200_000), (path) => {
    for (const from of ["zsh", "bash", "fish", "jsonl"] as const) {
      refuses(from, path, /it is not text/, /--path/);
    }
  }),
);

Deno.test("fileKind() takes what shells write for text", () => {
  const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
  // Metafied by zsh, not UTF-8, colours, a run of NUL bytes after a crash.
  for (
    const odd of [bytes(0x83, 0xa3, 0x83, 0xb9, 10), bytes(0xe9, 10), bytes(0x1b, 0x5b, 0x33, 10)]
  ) assert.equal(fileKind(odd).is, "text");
  const crashed = new Uint8Array(9000);
  crashed.set(new TextEncoder().encode(ZSH), 4096);
  assert.equal(fileKind(crashed).is, "text");
});

const SCHEMAS: readonly (readonly [ImportSource, string])[] = [
  ["atuin", "CREATE TABLE history (command TEXT)"],
  ["hishtory", "CREATE TABLE history_entries (command TEXT)"],
  ["mcfly", "CREATE TABLE commands (cmd TEXT)"],
  ["rustory", "CREATE TABLE entries (cmd TEXT)"],
];
for (const [owner, schema] of SCHEMAS) {
  Deno.test(
    `import: the database of ${owner} is known by its tables`,
    withDatabase(schema, (path) => {
      assert.equal(sourceIn(path, files), owner);
      for (
        const from of [
          "zsh",
          "bash",
          "fish",
          "jsonl",
          ...SCHEMAS.map(([name]) => name),
        ] as const
      ) {
        if (from === owner) commandsOf(from, path);
        else {refuses(
            from,
            path,
            new RegExp(`a database of ${owner}, not`),
            new RegExp(`--from ${owner}`),
          );}
      }
    }),
  );
}

Deno.test(
  "import: a database that no known program wrote is refused by everything",
  withDatabase("CREATE TABLE moz_places (id)", (path) => {
    assert.throws(() => sourceIn(path, files), /a program unknown to rr/);
    refuses("zsh", path, /a program unknown to rr/, /atuin/);
    refuses("atuin", path, /no table "history"/, /--from/);
  }),
);

function withDatabase(schema: string, test: (path: string) => void): () => void {
  return withFile("", (path) => {
    using db = new DatabaseSync(path);
    db.exec(schema);
    db.close();
    test(path);
  });
}
