import assert from "node:assert/strict";
import { movedBase } from "../../../src/tracker/client/tracker_url.ts";

const PING = "/api/v1/ping";

for (
  const [base, path, location, moved] of [
    ["http://old.example", PING, "https://old.example/api/v1/ping", "https://old.example"],
    [
      "http://old.example",
      PING,
      "https://new.example:8850/rr/api/v1/ping",
      "https://new.example:8850/rr",
    ],
    ["http://old.example/rr", PING, "/tracker/api/v1/ping", "http://old.example/tracker"],
    ["http://old.example/rr", PING, "//new.example/rr/api/v1/ping/", "http://new.example/rr"],
    [
      "http://old.example/rr",
      PING,
      "https://me:secret@new.example/api/v1/ping",
      "https://new.example",
    ],
    [
      "http://old.example",
      "/api/v1/peers?user_id=kim",
      "https://new.example/api/v1/peers?user_id=kim",
      "https://new.example",
    ],
    // What a person cannot set to any avail, or what is no tracker.
    ["http://old.example/rr", PING, "/rr/api/v1/ping/", undefined],
    ["http://old.example", PING, "http://login.hotel.example/?back=/api/v1/ping", undefined],
    ["http://old.example", PING, "ftp://new.example/api/v1/ping", undefined],
    ["http://old.example", PING, "http://[", undefined],
    ["http://old.example", PING, "", undefined],
  ] as const
) {
  Deno.test(`movedBase() finds ${moved ?? "nothing to set"} where ${base} points to "${location}"`, () => {
    assert.equal(movedBase(base, path, location), moved);
  });
}
