/** Addresses of this machine that lead to its own containers and virtual machines only. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/**
 * Names that Docker, Podman, libvirt, LXC, Kubernetes, VMware, VirtualBox and macOS give to such
 * networks. `br0` or `br-lan` may be the way to everybody else.
 */
const BRIDGES =
  /^(docker\d|br-[0-9a-f]{12}$|veth|podman|cni|cni-podman|virbr|lxcbr|lxdbr|incusbr|flannel|cali|cilium|kube-|vmnet|vboxnet|bridge1\d\d$)/;

/** IP addresses as text. Empty where the system does not tell. */
export function bridgeAddresses(
  interfaces: Readonly<
    Record<string, readonly Pick<NetworkInterfaceInfo, "address">[] | undefined>
  > = interfacesOfThisMachine(),
): ReadonlySet<string> {
  const names = Object.keys(interfaces).filter((name) => BRIDGES.test(name));
  return new Set(names.flatMap((name) => interfaces[name] ?? []).map(({ address }) => address));
}

/** A text that is equal for equal networks: the addresses by which this machine reaches others. */
export function networkText(interfaces = interfacesOfThisMachine()): string {
  const outer = Object.entries(interfaces).filter(([name]) => !BRIDGES.test(name));
  const addresses = outer.flatMap(([name, all = []]) =>
    all.filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`)
  );
  return addresses.sort().join("\n");
}

/** The interfaces as they are now, which takes 0.3 ms; none where the system does not tell. */
export function interfacesOfThisMachine(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces();
  } catch {
    return {}; // not permitted: then more is announced than is of use
  }
}
