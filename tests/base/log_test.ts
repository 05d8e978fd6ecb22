import assert from "node:assert/strict";
import { createLogger, LOG_LEVELS, silentLogger } from "../../src/base/log.ts";

Deno.test("createLogger() hands on what is at least of its level, with fields", () => {
  for (const [i, level] of LOG_LEVELS.entries()) {
    const seen: unknown[] = [];
    const logger = createLogger((...event) => void seen.push(event), level);
    for (const own of LOG_LEVELS) logger[own]("happened", { n: 1 });
    const expected = LOG_LEVELS.slice(0, i + 1).map((own) => [own, "happened", { n: 1 }]);
    assert.deepEqual(seen, expected);
  }
});

Deno.test("createLogger() leaves debug out unless told", () => {
  const seen: string[] = [];
  const logger = createLogger((level) => void seen.push(level));
  for (const own of LOG_LEVELS) logger[own]("happened");
  assert.deepEqual(seen, ["error", "warn", "info"]);
});

Deno.test("silentLogger() takes everything", () => {
  const logger = silentLogger();
  for (const own of LOG_LEVELS) logger[own]("happened", {});
});
