import assert from "node:assert/strict";
import fc from "fast-check";
import { createMetrics, MAX_SERIES } from "../../src/base/metrics.ts";

Deno.test("createMetrics() writes counters, gauges and labels as Prometheus reads them", () => {
  const metrics = createMetrics();
  const pulled = metrics.counter("rr_pulled_total", "Entries pulled.");
  pulled.add(2, { route: "direct" });
  pulled.add(1, { route: "relayed" });
  pulled.add(3, { route: "direct" });
  metrics.gauge("rr_peers", "Peers\nnow \\ then.").set(-1.5);
  assert.equal(
    metrics.text(),
    `# HELP rr_pulled_total Entries pulled.
# TYPE rr_pulled_total counter
rr_pulled_total{route="direct"} 5
rr_pulled_total{route="relayed"} 1
# HELP rr_peers Peers\\nnow \\\\ then.
# TYPE rr_peers gauge
rr_peers -1.5
`,
  );
});

Deno.test("createMetrics() sums the buckets of a histogram", () => {
  const metrics = createMetrics();
  const delay = metrics.histogram("d", "Delay.", [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 2, NaN]) delay.observe(value, { kind: "x" });
  assert.equal(
    metrics.text().split("\n").slice(2).join("\n"),
    `d_bucket{kind="x",le="0.1"} 2
d_bucket{kind="x",le="1"} 3
d_bucket{kind="x",le="+Inf"} 4
d_sum{kind="x"} 2.65
d_count{kind="x"} 4
`,
  );
});

Deno.test("createMetrics() asks collectors at each look", () => {
  const metrics = createMetrics();
  let size = 1;
  const gauge = metrics.gauge("g", "G.");
  metrics.onCollect(() => gauge.set(size));
  assert.match(metrics.text(), /^g 1$/m);
  size = Infinity;
  assert.match(metrics.text(), /^g \+Inf$/m);
});

Deno.test("createMetrics() gives the same metric for the same name, and no other kind", () => {
  const metrics = createMetrics();
  metrics.counter("a", "A.").add();
  metrics.counter("a", "A.").add();
  assert.match(metrics.text(), /^a 2$/m);
  assert.throws(() => metrics.gauge("a", "A."), /it is a counter already/);
  assert.throws(() => metrics.counter("a b", ""), TypeError);
  assert.throws(() => metrics.histogram("h", "", [1, 1]), RangeError);
  assert.throws(() => metrics.counter("a", "").add(-1), RangeError);
  assert.throws(() => metrics.counter("a", "").add(NaN), RangeError);
  assert.throws(() => metrics.counter("a", "").add(1, { "b c": "" }), TypeError);
});

Deno.test("createMetrics() bounds the series of one metric", () => {
  const metrics = createMetrics();
  const counter = metrics.counter("c", "C.");
  for (let i = 0; i < MAX_SERIES + 500; i++) counter.add(1, { peer: String(i) });
  counter.add(1, { peer: "0" });
  const lines = metrics.text().trimEnd().split("\n").slice(2);
  assert.equal(lines.length, MAX_SERIES + 1);
  assert.equal(lines[0], 'c{peer="0"} 2');
  assert.equal(lines.at(-1), 'c{overflow="true"} 500');
});

Deno.test("createMetrics() keeps any label value on one line that reads back", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const metrics = createMetrics();
    metrics.gauge("g", "G.").set(1, { name: value });
    const [, , line, rest] = metrics.text().split("\n");
    const read = /^g\{name="((?:[^"\\\n]|\\["\\n])*)"\} 1$/s.exec(line!);
    const unescaped = read?.[1]?.replace(/\\(.)/g, (_, char) => char === "n" ? "\n" : char);
    assert.equal(unescaped, value);
    assert.equal(rest, "");
  }));
});
