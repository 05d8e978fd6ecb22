/** Runs the simulator of protocol 2 over many seeds: `--seeds <count>`, `--from <first>`. */
import { parseArgs } from "node:util";
import { OPERATIONS, shrink, simulate } from "../tests/named/sim/run.ts";

const DEFAULT_SEEDS = 20_000;
/** Seconds between two lines about how far it is. */
const REPORT_SECONDS = 30;

const { values } = parseArgs({
  options: { seeds: { type: "string" }, from: { type: "string" } },
});
const count = whole("seeds", values.seeds ?? String(DEFAULT_SEEDS));
const from = whole("from", values.from ?? "1");
const started = performance.now();
let failures = 0;
let contradictions = 0;
let reportedAt = started;
for (let seed = from; seed < from + count; seed++) {
  const outcome = simulate(seed);
  contradictions += outcome.contradictions;
  if (outcome.failure !== undefined) {
    failures++;
    const kinds = shrink(seed).map(({ kind }) => kind);
    print(`SEED=${seed}: ${outcome.failure}\n  it takes: ${kinds.join(", ")}`);
  }
  if (performance.now() - reportedAt > REPORT_SECONDS * 1000) {
    reportedAt = performance.now();
    print(`${seed - from + 1} of ${count} seeds, ${failures} failures`);
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
print(
  `${count} seeds from ${from}, ${count * OPERATIONS} operations in ${seconds} s: ` +
    `${failures} failures, ${contradictions} contradictions healed`,
);
Deno.exit(failures === 0 ? 0 : 1);

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(
      `Cannot simulate as '${name}' must be a whole number above 0: it is "${text}"`,
    );
  }
  return value;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
