/** Runs command lines in the test's process. */
import { main } from "../../src/cli/main.ts";
import { openHistory } from "../../src/store/file/open_history.ts";
import type { Entry } from "../../src/history/entry.ts";
import { FakeWorld, type FakeWorldOptions } from "../fakes/fake_world.ts";

/** What a run left behind. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `rr <args>` in the world. */
export async function rr(world: FakeWorld, ...args: string[]): Promise<Ran> {
  world.args = args;
  const code = await main(world);
  return { code, out: world.takeOut(), err: world.takeErr() };
}

/** A world of a user `ann` whose shell is zsh. */
export function annsWorld(options: FakeWorldOptions = {}): FakeWorld {
  return new FakeWorld({ ...options, env: { USER: "ann", SHELL: "/bin/zsh", ...options.env } });
}

/** Writes the config file of the world. */
export function writeConfig(world: FakeWorld, text: string): string {
  const path = `${world.home}/.config/rustory/config.toml`;
  Deno.mkdirSync(`${world.home}/.config/rustory`, { recursive: true });
  Deno.writeTextFileSync(path, text, { mode: 0o600 });
  return path;
}

/** The entries in the world's database, in the order they were taken in. */
export function entriesOf(world: FakeWorld, path = `${world.home}/.rustory/history.db`): Entry[] {
  if (world.files.stat(path) === undefined) return [];
  using history = openHistory(path, { files: world.files, clock: world.clock, mode: "readonly" });
  return [...history.log.entriesAfter(0, { entries: 10_000, bytes: 2 ** 30 }).entries];
}
