import assert from "node:assert/strict";
import { RrError } from "../../src/base/rr_error.ts";
import { checkSocketFolder } from "../../src/control/socket_path.ts";

/** Root can make folders of others; anybody else has but his own, which other tests may be using. */
const IS_ROOT = Deno.uid() === 0;
const OWNER = 987_654;

/** A socket path in a folder of /tmp, as a database with a long path has it. */
function withFolder(owner: number, mode: number, work: (socket: string) => void): void {
  const folder = `/tmp/rustory-${OWNER}`;
  Deno.mkdirSync(folder);
  try {
    Deno.chmodSync(folder, mode);
    if (IS_ROOT) Deno.chownSync(folder, owner, null);
    work(`${folder}/x.sock`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function assertUntrusted(socket: string): void {
  for (const create of [true, false]) {
    assert.throws(
      () => checkSocketFolder(socket, { create }),
      (error) => error instanceof RrError && error.code === "io" && /trust/.test(error.message),
    );
  }
}

Deno.test("checkSocketFolder() trusts no folder that somebody else has made", () => {
  withFolder(OWNER + 1, 0o700, assertUntrusted);
});

Deno.test("checkSocketFolder() trusts no folder that others can use", { ignore: !IS_ROOT }, () => {
  for (const mode of [0o770, 0o720, 0o701, 0o777]) withFolder(OWNER, mode, assertUntrusted);
  withFolder(OWNER, 0o700, (socket) => checkSocketFolder(socket, { create: false }));
});
