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

/** How a star differs from the ordinary one. */
export interface StarOptions {
  /** An address of the hub that all hosts reach, besides the one on the link to each. */
  readonly hubAddress?: string;
}

/** Creates a hub with `count` hosts; disposing removes them and kills what still runs inside. */
export async function createStar(count: number, options: StarOptions = {}): Promise<Star> {
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
    const { hubAddress } = options;
    if (hubAddress !== undefined) {
      await ip("-n", hub, "addr", "add", `${hubAddress}/32`, "dev", "lo");
      for (const host of hosts) {
        await ip("-n", host.name, "route", "add", hubAddress, "via", host.hub);
      }
    }
    return star;
  } catch (error) {
    await removeAll(all);
    throw error;
  }
}

/** Hosts on one switch: each reaches the others directly, and nothing else. */
export interface Lan extends AsyncDisposable {
  /** Namespaces by number; host `i` has 10.214.0.(i+1) and fd00:214::(i+1). */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
}

/** Creates a switch with `count` hosts, link-local addresses ready to send from. */
export async function createLan(count: number): Promise<Lan> {
  const prefix = `rl${Deno.pid % 100_000}`;
  const hub = `${prefix}-sw`;
  const hosts = Array.from({ length: count }, (_, i) => ({
    name: `${prefix}-${i}`,
    address: `10.214.0.${i + 1}`,
  }));
  const all = [hub, ...hosts.map((host) => host.name)];
  try {
    for (const name of all) {
      await ip("netns", "add", name);
      await ip("-n", name, "link", "set", "lo", "up");
    }
    await ip("-n", hub, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
    await ip("-n", hub, "link", "set", "br0", "up");
    for (const [i, { name, address }] of hosts.entries()) {
      const port = ["link", "add", `p${i}`, "type", "veth", "peer", "name", "eth0", "netns", name];
      await ip("-n", hub, ...port);
      await ip("-n", hub, "link", "set", `p${i}`, "master", "br0", "up");
      await ip("-n", name, "addr", "add", `${address}/24`, "dev", "eth0");
      await ip("-n", name, "addr", "add", `fd00:214::${i + 1}/64`, "dev", "eth0", "nodad");
      // Without duplicate detection the link-local address can be sent from at once.
      await output(inside(name, ["sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0"]));
      await ip("-n", name, "link", "set", "eth0", "up");
    }
    return { hosts, [Symbol.asyncDispose]: () => removeAll(all) };
  } catch (error) {
    await removeAll(all);
    throw error;
  }
}

/** Gives the machine of a namespace another address on its network, and takes the old one. */
export async function changeAddress(namespace: string, address: string): Promise<void> {
  await ip("-n", namespace, "addr", "flush", "dev", "eth0", "scope", "global");
  await ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
}

/** An interface like a VPN's: point to point, without multicast, and with the default route. */
export async function addVpn(namespace: string): Promise<void> {
  await ip("-n", namespace, "link", "add", "vpn0", "type", "veth", "peer", "name", "vpn1");
  await ip("-n", namespace, "link", "set", "vpn1", "up");
  await ip("-n", namespace, "link", "set", "vpn0", "up", "multicast", "off");
  await ip("-n", namespace, "addr", "add", "10.99.0.2/32", "dev", "vpn0");
  await ip("-n", namespace, "route", "add", "default", "dev", "vpn0");
}

/** A firewall that lets no multicast out or in; a route alone does not hold who names an interface. */
export async function dropMulticast(namespace: string): Promise<void> {
  await multicastRule(namespace, "-I");
  await ip("-n", namespace, "-6", "addr", "flush", "dev", "eth0");
}

/** Takes the firewall of {@linkcode dropMulticast} away; IPv6 stays gone. */
export async function allowMulticast(namespace: string): Promise<void> {
  await multicastRule(namespace, "-D");
}

async function multicastRule(namespace: string, verb: "-I" | "-D"): Promise<void> {
  for (const chain of ["OUTPUT", "INPUT"]) {
    const rule = ["iptables", verb, chain, "-d", "224.0.0.0/4", "-j", "DROP"];
    await output(inside(namespace, rule));
  }
}

/** Takes the IPv4 address of the interface away. */
export async function withoutIp4(namespace: string): Promise<void> {
  await ip("-n", namespace, "-4", "addr", "flush", "dev", "eth0");
}

/** Gives the interface an IPv4 address, beside what it has. */
export async function giveIp4(namespace: string, address: string): Promise<void> {
  await ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
}

/** Plugs the cable of the machine in or out. */
export async function plug(namespace: string, isIn: boolean): Promise<void> {
  await ip("-n", namespace, "link", "set", "eth0", isIn ? "up" : "down");
}

/** A cable of its own between two machines: 10.215.0.1 and 10.215.0.2. */
export async function addCable(one: string, other: string): Promise<void> {
  await ip(
    "-n",
    one,
    "link",
    "add",
    "eth1",
    "type",
    "veth",
    "peer",
    "name",
    "eth1",
    "netns",
    other,
  );
  for (const [i, name] of [one, other].entries()) {
    await ip("-n", name, "addr", "add", `10.215.0.${i + 1}/24`, "dev", "eth1");
    await ip("-n", name, "link", "set", "eth1", "up");
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
