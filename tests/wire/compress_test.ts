import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { compress, decompress } from "../../src/wire/compress.ts";
import { MAX_FRAMES } from "../../src/wire/limits.ts";
import { WireError } from "../../src/wire/wire_error.ts";

const MIB = 1024 * 1024;
const TEXT = new TextEncoder().encode("a line of history\n".repeat(20_000));
const NOISE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2_654_435_761 >>> 13) & 255);

Deno.test("decompress() gives back what compress() took", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
    assert.deepEqual([...decompress(compress(bytes), MIB)], [...bytes]);
  }));
  assert.deepEqual(Uint8Array.from(decompress(compress(TEXT), MIB)), TEXT);
  assert.deepEqual(Uint8Array.from(decompress(compress(NOISE), MIB)), NOISE);
});

Deno.test("decompress() reads every level, with and without checksum and size", () => {
  for (const level of [-5, 1, 3, 12, 19]) {
    for (const checksum of [0, 1]) {
      const params = {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_checksumFlag]: checksum,
      };
      for (const sized of [{}, { pledgedSrcSize: TEXT.length }]) {
        const frame = zstdCompressSync(TEXT, { params, ...sized });
        assert.deepEqual(Uint8Array.from(decompress(frame, MIB)), TEXT);
      }
    }
  }
});

Deno.test("decompress() notices every truncation", () => {
  for (const bytes of [TEXT.subarray(0, 100), NOISE.subarray(0, 2000), new Uint8Array(0)]) {
    for (const checksum of [0, 1]) {
      const params = { [constants.ZSTD_c_checksumFlag]: checksum };
      const frame = zstdCompressSync(bytes, { params });
      for (let cut = 0; cut < frame.length; cut++) {
        refuses(frame.subarray(0, cut), "invalid", /incomplete frame/);
      }
    }
  }
});

Deno.test("decompress() notices whatever follows the frame", () => {
  const frame = compress(TEXT);
  for (const tail of [[0], [1, 2, 3, 4], [0x28, 0xb5, 0x2f], new Array(100).fill(7)]) {
    refuses(Uint8Array.from([...frame, ...tail]), "invalid");
  }
});

Deno.test("decompress() joins several frames and passes over those without data, as the original", () => {
  const skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
  const message = Uint8Array.from([
    ...skippable,
    ...compress(TEXT.subarray(0, 1000)),
    ...skippable,
    ...compress(new Uint8Array(0)),
    ...compress(TEXT.subarray(1000)),
  ]);
  assert.deepEqual(Uint8Array.from(decompress(message, MIB)), TEXT);
  assert.equal(decompress(Uint8Array.from(skippable), MIB).length, 0);
  refuses(Uint8Array.from(skippable.slice(0, -1)), "invalid", /incomplete/);
});

Deno.test("decompress() bounds the number of frames", () => {
  const empty = [...compress(new Uint8Array(0))];
  const many = (count: number): Uint8Array =>
    Uint8Array.from(Array.from({ length: count }, () => empty).flat());
  assert.equal(decompress(many(MAX_FRAMES), MIB).length, 0);
  refuses(many(MAX_FRAMES + 1), "invalid", /frames/);
});

Deno.test("decompress() stops a bomb at the limit, in one frame or in several", () => {
  const bomb = zstdCompressSync(new Uint8Array(64 * MIB));
  assert.ok(bomb.length < 10_000);
  refuses(bomb, "too-large", /^decompressed message too large: \d+ > 1048576 bytes$/);
  const half = compress(new Uint8Array(MIB / 2 + 1));
  refuses(Uint8Array.from([...half, ...half]), "too-large");
});

Deno.test("decompress() takes exactly the limit", () => {
  const exact = compress(new Uint8Array(MIB));
  assert.equal(decompress(exact, MIB).length, MIB);
  assert.throws(() => decompress(exact, MIB - 1), /too large/);
});

Deno.test("decompress() believes no declared size", () => {
  // A single segment that claims 2^40 bytes.
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0];
  refuses(Uint8Array.from([...header, 1, 0, 0]), "too-large");
});

Deno.test("decompress() refuses windows that would cost more memory than a message may", () => {
  // Window descriptor 0x88: 2^27 bytes; 0x68: 8 MiB, the most.
  refuses(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x88, 1, 0, 0]), "invalid", /window/);
  assert.equal(
    decompress(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x68, 1, 0, 0]), MIB).length,
    0,
  );
  refuses(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x69, 1, 0, 0]), "invalid", /window/);
});

Deno.test("decompress() refuses dictionaries, reserved bits and block types, and no zstd", () => {
  refuses(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0x48, 5, 1, 0, 0]), "invalid", /dictionary/);
  refuses(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 8, 0x48, 1, 0, 0]), "invalid", /reserved/);
  refuses(Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x48, 7, 0, 0]), "invalid", /reserved/);
  refuses(new TextEncoder().encode(`{"cursor":0}`), "invalid", /zstd frame/);
});

Deno.test("decompress() never takes a damaged frame with a checksum for a good one", () => {
  const frame = zstdCompressSync(TEXT, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  fc.assert(fc.property(fc.nat(frame.length * 8 - 1), (bit) => {
    const damaged = Uint8Array.from(frame);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    try {
      assert.deepEqual(Uint8Array.from(decompress(damaged, MIB)), TEXT);
    } catch (error) {
      assert.ok(error instanceof WireError, `${error}`);
    }
  }));
});

Deno.test("decompress() leaves a message alone that is a piece of a larger buffer", () => {
  const frame = compress(TEXT);
  const buffer = new Uint8Array(frame.length + 20).fill(0xff);
  buffer.set(frame, 10);
  assert.deepEqual(Uint8Array.from(decompress(buffer.subarray(10, 10 + frame.length), MIB)), TEXT);
});

function refuses(message: Uint8Array, code: WireError["code"], text = /./): void {
  assert.throws(() => decompress(message, MIB), (error) => {
    assert.ok(error instanceof WireError, `${error}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  });
}
