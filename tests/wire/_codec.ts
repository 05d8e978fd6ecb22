/** What the tests of version 1 share. */
import assert from "node:assert/strict";
import type { DeviceId, Entry, EntryId } from "../../src/history/entry.ts";
import { WireError } from "../../src/wire/wire_error.ts";

export const ENTRY: Entry = {
  id: "6f9f7a3e-0f4e-4b69-9d5c-6a9a1f1f2d10" as EntryId,
  deviceId: "laptop" as DeviceId,
  userId: "kim",
  startedAtMs: 1_700_000_000_000,
  command: "git status",
  cwd: "/srv/app",
  exitCode: 0,
  durationMs: 41,
  shell: "zsh",
  hostname: "laptop",
  version: "0.1.0",
};

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function hasCode(code: WireError["code"], message = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof WireError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}
