#!/usr/bin/env -S deno run --allow-all
/**
 * The command `rr`.
 *
 * @module
 */
import { runProcess } from "./src/cli/main.ts";

if (import.meta.main) await runProcess();
