import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { hasBytes, isSoLong } from "../../../src/store/file/file_end.ts";
import { tempFolder } from "../_open.ts";

for (const length of [0, 1, 2, 32_768, 5_000_000_000]) {
  Deno.test(`hasBytes() and isSoLong() tell a file of ${length} bytes from shorter and longer ones`, () => {
    using folder = tempFolder();
    const path = folder.file("file");
    Deno.writeFileSync(path, new Uint8Array());
    const fd = openSync(path, "r+");
    try {
      const told = (size: number): readonly boolean[] => {
        Deno.truncateSync(path, size); // with a hole, which takes no room
        return [hasBytes(fd, length), isSoLong(fd, length)];
      };
      assert.deepEqual(told(length), [true, true]);
      assert.deepEqual(told(length + 1), [true, false]);
      assert.deepEqual(told(length + 32_768), [true, false]);
      if (length > 0) assert.deepEqual(told(length - 1), [false, false]);
      if (length > 0) assert.deepEqual(told(0), [false, false]);
    } finally {
      closeSync(fd);
    }
  });
}
