/** Network namespaces of the test's own: hosts that can reach each other only as the test wants. */

/** One host: a namespace with a link to the hub. */
export interface Host {
  readonly name: string;
  /** Its address on the link to the hub. */
  readonly address: string;
  /** The hub's address as this host sees it. */
  readonly hub: string;
}

/** A hub and hosts around it. The hub does not forward, so hosts cannot reach each other. */
export interface Star extends AsyncDisposable {
  readonly hub: string;
  readonly hosts: readonly Host[];
}

/** Why namespaces cannot be used here; `undefined` if they can. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "network namespaces exist on Linux only";
  if (Deno.uid() !== 0) return "creating network namespaces needs root";
  const probe = `rr-probe-${Deno.pid}`;
  try {
    await ip("netns", "add", probe);
    await ip("netns", "del", probe);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Creates a hub with `count` hosts; disposing removes them and kills what still runs inside. */
export async function createStar(count: number): Promise<Star> {
  const prefix = `rr${Deno.pid % 100_000}`;
  const hub = `${prefix}-hub`;
  const hosts = Array.from({ length: count }, (_, i) => ({
    name: `${prefix}-${i}`,
    address: `10.213.${i}.2`,
    hub: `10.213.${i}.1`,
  }));
  const all = [hub, ...hosts.map((host) => host.name)];
  const star: Star = { hub, hosts, [Symbol.asyncDispose]: () => removeAll(all) };
  try {
    for (const name of all) {
      await ip("netns", "add", name);
      await ip("-n", name, "link", "set", "lo", "up");
    }
    for (const [i, host] of hosts.entries()) await connect(hub, host, i);
    return star;
  } catch (error) {
    await removeAll(all);
    throw error;
  }
}

/** The command line that runs `command` inside a namespace. */
export function inside(namespace: string, command: readonly string[]): string[] {
  return ["ip", "netns", "exec", namespace, ...command];
}

async function connect(hub: string, host: Host, index: number): Promise<void> {
  const outer = `rrh${index}`;
  const inner = `rrd${index}`;
  await ip(
    "-n",
    hub,
    "link",
    "add",
    outer,
    "type",
    "veth",
    "peer",
    "name",
    inner,
    "netns",
    host.name,
  );
  await ip("-n", hub, "addr", "add", `${host.hub}/24`, "dev", outer);
  await ip("-n", host.name, "addr", "add", `${host.address}/24`, "dev", inner);
  await ip("-n", hub, "link", "set", outer, "up");
  await ip("-n", host.name, "link", "set", inner, "up");
}

async function removeAll(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const pids = await output(["ip", "netns", "pids", name]).catch(() => "");
    for (const pid of pids.split("\n").filter((line) => line !== "")) {
      try {
        Deno.kill(Number(pid), "SIGKILL");
      } catch {
        // it has ended by itself
      }
    }
    await ip("netns", "del", name).catch(() => {});
  }
}

async function ip(...args: string[]): Promise<void> {
  await output(["ip", ...args]);
}

async function output([program, ...args]: readonly string[]): Promise<string> {
  const done = await new Deno.Command(program!, { args: [...args], stdin: "null" }).output();
  if (!done.success) {
    throw new Error(
      `\`${program} ${args.join(" ")}\` failed: ${new TextDecoder().decode(done.stderr).trim()}`,
    );
  }
  return new TextDecoder().decode(done.stdout);
}
