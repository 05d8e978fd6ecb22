/** How often commands without a time are known: from this device, and from those that had the same file. */

/**
 * A file is a copy of what another device has imported if that one has at least this part of what stands in
 * it. Measured by characters, as everybody runs `ls`: what people run on two machines of their own has a
 * tenth in common, and of a copy that has grown since, the older part is still there.
 */
const SHARED = 0.3;

/** Counts entries of the commands that a source holds. */
export class UntimedCounts {
  readonly #commands: ReadonlySet<string>;
  readonly #own: string;
  readonly #byDevice = new Map<string, Map<string, number>>();

  /**
   * @param commands all that are in the source, each once
   * @param own the device that imports
   */
  constructor(commands: ReadonlySet<string>, own: string) {
    this.#commands = commands;
    this.#own = own;
  }

  /** Counts an entry of a device. */
  add(command: string, device: string): void {
    if (!this.#commands.has(command)) return;
    let counts = this.#byDevice.get(device);
    if (counts === undefined) this.#byDevice.set(device, counts = new Map());
    counts.set(command, (counts.get(command) ?? 0) + 1);
  }

  /** What is known of each: the entries of this device, and of all of whose history the source is a copy. */
  total(): ReadonlyMap<string, number> {
    const least = SHARED * charsOf(this.#commands);
    const all = new Map<string, number>();
    for (const [device, counts] of this.#byDevice) {
      if (device !== this.#own && charsOf(counts.keys()) < least) continue;
      for (const [command, count] of counts) all.set(command, (all.get(command) ?? 0) + count);
    }
    return all;
  }
}

function charsOf(commands: Iterable<string>): number {
  let chars = 0;
  for (const command of commands) chars += command.length;
  return chars;
}
