/** What the end-to-end tests share: devices with one swarm key, and servers for them. */
import { Device, type DeviceOptions } from "../../scripts/lab/device.ts";
import type { Child } from "../../scripts/lab/process.ts";
import { createLine, type Line, type LineOptions } from "../../scripts/lab/proxy.ts";

export const LOOPBACK = "/ip4/127.0.0.1/tcp/0";

/** A folder and the devices in it; disposing kills what runs and removes the folder. */
export class Lab implements AsyncDisposable {
  readonly root: string = Deno.makeTempDirSync({ prefix: "rr-e2e-" });
  readonly #devices: Device[] = [];

  /** A device; all of a lab have one swarm key and one user. */
  async device(name: string, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(name, this.root, {
      ...options,
      env: { RUSTORY_USER_ID: "kim", RUSTORY_DEVICE_ID: name, ...options.env },
    });
    const first = this.#devices[0];
    this.#devices.push(device);
    if (first === undefined) await device.rr("swarm-key");
    else device.copySwarmKeyFrom(first);
    return device;
  }

  /** A fresh machine: no key, no config, a user of its own. */
  newcomer(name: string, options: DeviceOptions = {}): Device {
    const device = new Device(name, this.root, {
      ...options,
      env: { RUSTORY_DEVICE_ID: name, ...options.env },
    });
    this.#devices.push(device);
    return device;
  }

  /** A running tracker; the text is its URL. */
  async tracker(...flags: string[]): Promise<{ child: Child; url: string }> {
    const host = await this.device("tracker");
    const child = await host.start("tracker-serve", "--bind", "127.0.0.1:0", ...flags);
    return { child, url: await said(child, "tracker listen: ") };
  }

  /** A running relay; the text is its multiaddr. */
  async relay(...flags: string[]): Promise<{ child: Child; addr: string }> {
    const host = await this.device("relay");
    const child = await host.start("relay-serve", "--listen", LOOPBACK, ...flags);
    return { child, addr: await said(child, "relay listen: ") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) await device[Symbol.asyncDispose]();
    await Deno.remove(this.root, { recursive: true });
  }
}

/** What stands behind `words` in the line that has them. */
export async function said(child: Child, words: string, withinMs?: number): Promise<string> {
  const line = await child.line((text) => text.includes(words), withinMs);
  return line.slice(line.indexOf(words) + words.length).trim();
}

/** The PeerId at the end of a multiaddr. */
export function peerIdOf(addr: string): string {
  return addr.slice(addr.lastIndexOf("/p2p/") + "/p2p/".length);
}

/** A line to the device that listens at a multiaddr, and the multiaddr of its near end. */
export function lineTo(addr: string, options: LineOptions): Line & { readonly addr: string } {
  const [part, port] = /\/tcp\/(\d+)/.exec(addr)!;
  const line = createLine(Number(port), options);
  return { ...line, addr: addr.replace(part, `/tcp/${line.port}`) };
}

/** A TCP port that takes connections and never says a word. */
export function muteListener(): Disposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) open.push(connection);
  })().catch(() => {});
  return {
    port: listener.addr.port,
    [Symbol.dispose](): void {
      listener.close();
      for (const connection of open) connection.close();
    },
  };
}
