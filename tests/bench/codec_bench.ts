/**
 * How fast the wire codec is: `deno run tests/bench/codec_bench.ts [entries]`.
 *
 * Batches are of the size that a server answers with. The baseline is the bare JSON.stringify() and
 * JSON.parse() of the same batch; all steps run in turns, the figures are medians of the rounds.
 */
import { constants, zstdCompressSync } from "node:zlib";
import type { DeviceId, Entry } from "../../src/history/entry.ts";
import { uuidV7 } from "../../src/history/uuid.ts";
import { systemRandom } from "../../src/base/random.ts";
import { compress, decompress } from "../../src/wire/compress.ts";
import { decodePullReply, encodePullReply } from "../../src/wire/codec.ts";
import { encodeEntry } from "../../src/wire/entry_codec.ts";

const COUNT = Number(Deno.args[0] ?? 4000);
const ROUNDS = 21;

const entries = Array.from({ length: COUNT }, (_, i) => makeEntry(i));
const answer = { entries, nextCursor: COUNT };
const plain = encodePullReply(answer, false);
const packed = encodePullReply(answer, true);
const text = new TextDecoder().decode(plain);
const wire = entries.map(encodeEntry);

const steps: Record<string, () => unknown> = {
  "JSON.stringify (baseline)": () => JSON.stringify(wire),
  "encodePullReply 1.0.0": () => encodePullReply(answer, false),
  "encodePullReply 1.0.1": () => encodePullReply(answer, true),
  "JSON.parse (baseline)": () => JSON.parse(text),
  "decodePullReply 1.0.0": () => decodePullReply(plain, false),
  "decodePullReply 1.0.1": () => decodePullReply(packed, true),
  "zstd level 1": () => compress(plain),
  "zstd level 3": () =>
    zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  "unzstd": () => decompress(packed, 1 << 27),
};

const times = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, step] of Object.entries(steps)) {
    const start = performance.now();
    step();
    times.get(name)!.push(performance.now() - start);
  }
}

const level3 = (steps["zstd level 3"]!() as Uint8Array).length;
const out = [
  `${COUNT} entries, ${plain.length} bytes of JSON, zstd level 1 ${packed.length}, level 3 ${level3}`,
  ...[...times].map(([name, all]) => {
    const median = all.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    const base = times.get(name.startsWith("encode") ? "JSON.stringify (baseline)" : name)!;
    const ratio = name.startsWith("decode") ? times.get("JSON.parse (baseline)")! : base;
    const baseMedian = ratio.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    return `${name.padEnd(27)} ${median.toFixed(2).padStart(8)} ms ${
      Math.round(COUNT / median * 1000).toLocaleString("en").padStart(12)
    } entries/s  x${(median / baseMedian).toFixed(2)}`;
  }),
];
await Deno.stdout.write(new TextEncoder().encode(out.join("\n") + "\n"));

function makeEntry(i: number): Entry {
  const folders = [
    "/home/kim/src/rustory",
    "/srv/app",
    "/home/kim",
    "/var/log/nginx",
    "/tmp/build",
  ];
  const words = [
    "git",
    "status",
    "commit",
    "-m",
    "docker",
    "compose",
    "up",
    "ls",
    "-la",
    "src/wire",
  ];
  const length = 2 + i * 7 % 9;
  const command = Array.from({ length }, (_, k) => words[(i * 31 + k * 17) % words.length]).join(
    " ",
  );
  return {
    id: uuidV7(1_700_000_000_000 + i * 37_123, systemRandom().bytes(10)),
    deviceId: "laptop" as DeviceId,
    userId: "kim",
    startedAtMs: 1_700_000_000_000 + i * 37_123,
    command: `${command} ${i}`,
    cwd: folders[i % folders.length]!,
    exitCode: i % 11 === 0 ? 1 : 0,
    durationMs: i * 13 % 5000,
    shell: "zsh",
    hostname: "laptop",
    version: "0.1.0",
  };
}
