/** What the tests of the control socket share. */
import assert from "node:assert/strict";
import { RrError, type RrErrorCode } from "../../src/base/rr_error.ts";

export function fails(code: RrErrorCode, pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RrError, String(error));
    assert.match(error.message, pattern);
    assert.equal(error.code, code);
    return true;
  };
}
