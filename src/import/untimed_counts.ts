/**
 * How often commands without a time are known: from this shell on this device, and from whatever else holds
 * what stands in its file.
 */

/**
 * A file is a copy of what another device has imported, and another program has noted what the shell did (or
 * has read its file), if that one has at least this part of what stands in it. Measured by characters, as
 * everybody runs `ls`: what people run on two machines of their own has a tenth in common, and of a copy that
 * has grown since, the older part is still there.
 */
const SHARED = 0.3;

/** Counts entries of the commands that a source holds. */
export class UntimedCounts {
  readonly #commands: ReadonlySet<string>;
  readonly #own: string;
  readonly #byOrigin = new Map<string, Map<string, number>>();

  /**
   * @param commands all that are in the source, each once
   * @param device the one that imports
   * @param shell of the source
   */
  constructor(commands: ReadonlySet<string>, device: string, shell: string) {
    this.#commands = commands;
    this.#own = originOf(device, shell);
  }

  /** Counts an entry of a device and a shell. */
  add(command: string, device: string, shell: string): void {
    if (!this.#commands.has(command)) return;
    const origin = originOf(device, shell);
    let counts = this.#byOrigin.get(origin);
    if (counts === undefined) this.#byOrigin.set(origin, counts = new Map());
    counts.set(command, (counts.get(command) ?? 0) + 1);
  }

  /** What is known of each: the entries of its own, and of all that share enough with the source. */
  total(): ReadonlyMap<string, number> {
    const least = SHARED * charsOf(this.#commands);
    const all = new Map<string, number>();
    for (const [origin, counts] of this.#byOrigin) {
      if (origin !== this.#own && charsOf(counts.keys()) < least) continue;
      for (const [command, count] of counts) all.set(command, (all.get(command) ?? 0) + count);
    }
    return all;
  }
}

function originOf(device: string, shell: string): string {
  return `${shell}\n${device}`;
}

function charsOf(commands: Iterable<string>): number {
  let chars = 0;
  for (const command of commands) chars += command.length;
  return chars;
}
