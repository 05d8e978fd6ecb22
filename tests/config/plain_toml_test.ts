import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "smol-toml";
import { parsePlainToml } from "../../src/config/plain_toml.ts";
import { renderConfig } from "../../src/config/template.ts";

Deno.test("parsePlainToml() reads what people write", () => {
  const text = [
    "# the history",
    "",
    'db_path = "~/x.db"   # here',
    "  user-id='k # i \\m'",
    "trackers = [ \"http://a:1\" ,\t'b', ]",
    "peers=[]",
    "push = true\r",
    "no = false",
    "limit = 100000",
    "zero = 0",
    'empty = ""',
    'tab = "a\tb"',
    "",
  ].join("\n");
  assert.deepEqual(parsePlainToml(text), {
    db_path: "~/x.db",
    "user-id": "k # i \\m",
    trackers: ["http://a:1", "b"],
    peers: [],
    push: true,
    no: false,
    limit: 100000,
    zero: 0,
    empty: "",
    tab: "a\tb",
  });
  assert.deepEqual(parsePlainToml(text), { ...parse(text) });
  assert.deepEqual(parsePlainToml(""), {});
});

Deno.test("parsePlainToml() reads what rr init writes", () => {
  const text = renderConfig({ db_path: "/x y/ü.db", trackers: ["https://t"], auto_prune: true });
  assert.deepEqual(parsePlainToml(text), { ...parse(text) });
});

Deno.test("parsePlainToml() leaves all else to the library", () => {
  const others = [
    'a = "\\n"',
    'a = """x"""',
    "a = '''x'''",
    "a = [\n1]",
    "a = [1]",
    'a = ["x" "y"]',
    "a = 1.5",
    "a = -1",
    "a = +1",
    "a = 0x1",
    "a = 1_000",
    "a = 01",
    "a = 1234567890123456",
    "a = 2024-01-01",
    "a.b = 1",
    '"a" = 1',
    "[a]",
    "a = 1\na = 2",
    "a = 1 b = 2",
    "a = truex",
    "a =",
    "= 1",
    "a",
    "a = 1\rb = 2",
    "a = 'x\x00'",
    "# \x07",
    "__proto__ = 1",
    "\ufeffa = 1",
    "a = 1\u00a0",
  ];
  for (const text of others) {
    assert.equal(parsePlainToml(text), undefined, JSON.stringify(text));
    assert.equal(parsePlainToml(`${text}\nz = 1`), undefined, JSON.stringify(text));
  }
});

Deno.test("parsePlainToml() never says anything but what the library says", () => {
  const piece = fc.constantFrom(
    ..."a b_c 1 0 12 true false = = \" \" ' ' [ ] , # \n \r\n \\ . - { \t \x07 \r é x=1 k='v'"
      .split(" "),
    " ",
    "\n",
    'k = "v"\n',
    "l = ['a', \"b\"] # c\n",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 14 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  fc.assert(
    fc.property(text, (toml) => {
      const plain = parsePlainToml(toml);
      if (plain !== undefined) assert.deepEqual({ ...plain }, { ...parse(toml) });
    }),
    { numRuns: 3000 },
  );
});
