#!/usr/bin/env -S deno run --allow-all
/**
 * The command `rr`, run from its source.
 *
 * @module
 */
import { runFromSource } from "./src/cli/run_from_source.ts";

if (import.meta.main) await runFromSource();
